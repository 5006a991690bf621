"""Places of a stack may differ in every number that is no shape: each gets what it gets alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from torch import Tensor

from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.engine import checkpoints
from regscope.regularizers import REGULARIZERS
from regscope.regularizers.step import runs
from regscope.training.loop import Trainer
from regscope.training.places import Place, places_of
from tests import tiny
from tests.regularizers.settings import SETTINGS

OTHERS: dict[str, Any] = {
    "activity_l1": 0.03,
    "adversarial": {"epsilon": 0.2, "share": 0.8},
    "augmentation": 0.5,
    "confidence_penalty": 0.4,
    "cutmix": 2,
    "cutout": 4,
    "dropconnect": 0.5,
    "dropout": 0.6,
    "early_stopping": 2,
    "ema": 0.5,
    "gaussian_dropout": 0.6,
    "gradient_clipping": 0.1,
    "gradient_noise": 0.1,
    "group_lasso": 0.01,
    "input_noise": 0.05,
    "l1": 0.01,
    "l1_prox": 0.01,
    "l2": 0.03,
    "label_smoothing": 0.4,
    "lookahead": {"steps": 3, "alpha": 0.8},
    "max_dropout": 0.1,
    "max_norm": 0.5,
    "mixup": 2,
    "orthogonal": 0.1,
    "sam": 0.2,
    "spatial_dropout": 0.6,
    "spectral_norm": {"iterations": 2},
    "stochastic_depth": 0.2,
    "swa": 0.0,
    "weight_decay": 0.9,
    "weight_noise": 0.01,
}
WITHOUT = {
    "augmentation", "confidence_penalty", "cutmix", "cutout", "dropconnect", "ema",
    "gradient_clipping", "gradient_noise", "group_lasso", "input_noise", "l1", "l1_prox", "l2",
    "label_smoothing", "lookahead", "max_norm", "mixup", "orthogonal", "spectral_norm", "swa",
    "weight_decay", "weight_noise",
}  # fmt: skip
"""Methods that may be at some places of a stack and not at others."""

OF_OTHER_NETWORKS = {"batch_norm", "spatial_dropout"}
"""Methods that do not train with all others in one network."""


def place(cell: dict[str, Any], seed: int, optimizer: str = "sgd", **training: Any) -> Place:
    study = tiny.study(cell, optimizer, training=training)
    (found,) = places_of(study.training, study.cells["tested"].methods(), [seed])
    return found


def check(
    places: list[Place],
    dataset: Dataset,
    data: Any = None,
    cell: dict[str, Any] | None = None,
    model: dict[str, Any] | None = None,
) -> None:
    """All together as each alone, of `model` or the network that a cell needs."""
    study = tiny.study(data=data, model=model or tiny.model_for(cell or {}))
    together = Trainer(study, dataset, places)
    together.run()
    for index, one in enumerate(places):
        alone = Trainer(study, dataset, [one])
        alone.run()
        expected = {name: value[0] for name, value in alone.model.state_dict().items()}
        found = {name: value[index] for name, value in together.model.state_dict().items()}
        assert tiny.differences(found, expected) == {}, one
        assert together.history[:, index].equal(alone.history[:, 0])


def test_all_methods_that_may_differ_are_here() -> None:
    assert set(OTHERS) == set(SETTINGS) - {"batch_norm"}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("optimizer", ["nesterov", "adam"])
def test_of_one_method_with_other_settings(name: str, optimizer: str, digits: Dataset) -> None:
    first, other = SETTINGS[name], OTHERS[name]
    cells = [{name: first}, {name: first}, {name: other}, {name: first}]
    if name in WITHOUT:
        cells.insert(1, {})
    places = [place(cell, seed % 3, optimizer) for seed, cell in enumerate(cells)]
    check(places, digits, cell={name: first})


VARYING = sorted(name for name, method in REGULARIZERS.items() if method.varies)


def at_every_value(name: str, optimizer: str, **training: Any) -> list[Place]:
    """Of a method, every value that is searched, some twice, each beside one of another rate."""
    values = [*REGULARIZERS[name].searched]
    cells = [value for value in values[:-1] for _ in range(1 + (value == values[1]))]
    rates = [0.02 / (1 + number % 3) for number in range(len(cells))]
    # Few are too large for pictures of eight pixels, or for runs of a few steps.
    return [
        place({name: value}, number % 3, optimizer, learning_rate=rate, **training)
        for number, (value, rate) in enumerate(zip(cells, rates, strict=True))
        if name not in ("cutout", "lookahead") or value <= 6
    ]


@pytest.mark.parametrize("name", VARYING)
@pytest.mark.parametrize(
    ("optimizer", "training"),
    [
        ("adam", {}),
        ("nesterov", {"schedule": {"kind": "cosine"}}),
    ],
)
def test_of_one_method_at_many_values_and_rates(
    name: str, optimizer: str, training: dict[str, Any], digits: Dataset
) -> None:
    places = at_every_value(name, optimizer, **training)
    assert len({one.methods for one in places}) > 1
    check(places, digits)


@pytest.mark.parametrize("name", ["group_lasso", "l1_prox", "weight_decay"])
@pytest.mark.parametrize(
    ("optimizer", "training"),
    [
        ("sgd", {}),
        ("adam", {"schedule": {"kind": "cosine"}}),
        ("adam", {"conventions": "keras"}),
        ("adam", {"conventions": "keras", "schedule": {"kind": "cosine"}}),
    ],
)
def test_of_methods_that_read_rates(
    name: str, optimizer: str, training: dict[str, Any], digits: Dataset
) -> None:
    check(at_every_value(name, optimizer, **training), digits)


def test_of_looks_that_differ_in_strength(digits: Dataset) -> None:
    looks = {"horizontal_flip": 0.4, "vertical_flip": 0.3, "brightness": 0.2, "contrast": [0.2, 2]}
    cells = [
        {"augmentation": {"strength": strength, **looks, "rotation": 7}}
        for strength in (0.25, 1, 1, 3)
    ]
    check([place(cell, 1) for cell in cells], digits)


def test_of_decay_by_the_optimizer(digits: Dataset) -> None:
    decaying = {"optimizer": "adamw", "weight_decay": 0.3}
    study = tiny.study(training=decaying)
    rates = (0.01, 0.01, 0.03)
    places = [
        Place(1, (), study.training.model_copy(update={"learning_rate": rate})) for rate in rates
    ]
    check(places, digits)


def test_methods_of_other_values_act_as_one(digits: Dataset) -> None:
    values = [0.1, 0.1, 0.3, 0.2]
    trainer = Trainer(tiny.study(), digits, [place({"l1": value}, 1, "adam") for value in values])
    (one,) = trainer.acting
    assert one.own.places is None
    assert isinstance(one.method.value, Tensor)
    assert one.method.value.tolist() == values
    runs = [(0.1, slice(0, 2)), (0.3, slice(2, 3)), (0.2, slice(3, 4))]
    assert [*one.method.runs] == runs


@pytest.mark.parametrize("optimizer", tiny.OPTIMIZERS)
def test_of_everything_at_once(optimizer: str, digits: Dataset) -> None:
    most, others = (
        {name: value for name, value in settings.items() if name not in OF_OTHER_NETWORKS}
        for settings in (SETTINGS, OTHERS)
    )
    cells = [most, others, {**most, "l2": 0.02}, {**others, "l1": 0.02}]
    check([place(cell, seed, optimizer) for seed, cell in enumerate(cells)], digits, cell=others)


def test_of_averages_that_take_statistics_anew_in_other_epochs(digits: Dataset) -> None:
    """Each with masks of its own, whatever the passes of the others have drawn."""
    normed = {"batch_norm": True, "dropout": 0.3}
    cells = [{**normed, "swa": 0.0}, {**normed, "swa": 0.4}, normed, {**normed, "swa": 0.2}]
    check([place(cell, 1) for cell in cells], digits)


def test_of_points(moons: Dataset) -> None:
    cells: list[dict[str, Any]] = [
        {"augmentation": 1, "label_smoothing": 0.1}, {"augmentation": 2}, {"l1": 0.01}
    ]  # fmt: skip
    check([place(cell, seed) for seed, cell in enumerate(cells[:2])], moons, tiny.MOONS)
    check([place(cell, 1, "adam") for cell in cells], moons, tiny.MOONS)


@pytest.mark.parametrize(
    ("optimizer", "others"),
    [
        ("sgd", [{"learning_rate": 0.02}, {"momentum": 0.5}, {"momentum": 0.9, "nesterov": True}]),
        ("adam", [{"learning_rate": 0.02}, {"betas": [0.5, 0.9]}, {"epsilon": 1e-3}]),
        ("adam", [{"schedule": {"kind": "step", "every": 1}}, tiny.SCHEDULED]),
        ("sgd", [{"schedule": {"kind": "exponential", "factor": 0.5}}, tiny.SCHEDULED]),
    ],
)
def test_of_other_updates(optimizer: str, others: list[dict[str, Any]], digits: Dataset) -> None:
    cell = {"l1_prox": 0.002, "weight_decay": 0.1}
    if optimizer == "sgd":
        # What is remembered is the same for all: a velocity.
        others = [{"momentum": 0.3, **other} for other in others]
    check([place(cell, 2, optimizer, **other) for other in others], digits)


def test_a_checkpoint_holds_all_places(digits: Dataset, tmp_path: Path) -> None:
    study = tiny.study()
    cells = [{"ema": 0.9, "l2": 0.1}, {"ema": 0.5, "dropout": 0}, {"l2": 0.3}]
    places = [
        place(cell, 1, "nesterov", learning_rate=0.1 / (n + 1)) for n, cell in enumerate(cells)
    ]
    whole = Trainer(study, digits, places)
    whole.run(lambda running: checkpoints.save(tmp_path / f"{running.epoch}", running.state()))
    found = checkpoints.load(tmp_path / "1")
    assert found is not None
    resumed = Trainer(study, digits, places)
    resumed.resume(found)
    resumed.run()
    assert tiny.differences(resumed.model.state_dict(), whole.model.state_dict()) == {}
    assert resumed.history.equal(whole.history)


@pytest.mark.parametrize("optimizer", ["nesterov", "adam"])
def test_of_convolutions_and_their_layout(optimizer: str, digits: Dataset) -> None:
    cells: list[dict[str, Any]] = [
        {"dropout": 0.3, "max_norm": 0.5}, {"dropout": 0.6, "l1_prox": 0.01}
    ]  # fmt: skip
    check([place(cell, 1, optimizer) for cell in cells], digits, model=tiny.CONVOLUTIONAL)


def test_a_checkpoint_of_padded_moments_beside_plain_ones(digits: Dataset, tmp_path: Path) -> None:
    """Adam keeps those of widths that fill no vector in more room, but not under `l1_prox`."""
    study = tiny.study(model={"hidden": [13, 7]})
    cells: list[dict[str, Any]] = [{}, {"l1_prox": 0.01}, {"l1_prox": 0.02}]
    places = [place(cell, 2, "adam") for cell in cells]
    whole = Trainer(study, digits, places)
    whole.run(lambda running: checkpoints.save(tmp_path / f"{running.epoch}", running.state()))
    found = checkpoints.load(tmp_path / "1", [1, 2])
    assert found is not None
    resumed = Trainer(study, digits, places[1:])
    resumed.resume(found)
    resumed.run()
    expected = {name: value[1:] for name, value in whole.model.state_dict().items()}
    assert tiny.differences(resumed.model.state_dict(), expected) == {}


@pytest.mark.parametrize(
    "cells",
    [
        [{}, {"dropout": 0.5}],
        [{"batch_norm": True}, {"batch_norm": {"momentum": 0.3}}],
        [{"sam": 0.1}, {}],
        [{"early_stopping": 2}, {}],
        [{"augmentation": {"strength": 1, "added": True}}, {"augmentation": 1}],
    ],
)
def test_places_of_another_shape_are_refused(cells: list[Any], digits: Dataset) -> None:
    places = [replace(place(cell, 0), cell=f"cell {n}") for n, cell in enumerate(cells)]
    with pytest.raises(RegscopeError, match=r"^cell 1 and cell 0 in one stack: their methods"):
        Trainer(tiny.study(), digits, places)


def test_places_of_other_steps_are_refused(digits: Dataset) -> None:
    with pytest.raises(RegscopeError, match=r"^training.batch_size: 8 and 16 in one stack"):
        Trainer(tiny.study(), digits, [place({}, 0), place({}, 0, batch_size=8)])


def test_places_that_remember_otherwise_are_refused(digits: Dataset) -> None:
    with pytest.raises(RegscopeError, match=r"^training.momentum: 0 and 0\.9 in one stack"):
        Trainer(tiny.study(), digits, [place({}, 0, momentum=0.9), place({}, 0, momentum=0.0)])
    with pytest.raises(RegscopeError, match=r"^training.schedule: constant and changing"):
        Trainer(tiny.study(), digits, [place({}, 0), place({}, 0, **tiny.SCHEDULED)])


def test_neighbours_with_an_equal_key_are_one_run() -> None:
    assert list(runs("aabba", str)) == [
        ("a", slice(0, 2)), ("b", slice(2, 4)), ("a", slice(4, 5))
    ]  # fmt: skip
    assert list(runs("aaa", str)) == [("a", None)]

"""A seed's results do not depend on the seeds it trains beside: bit for bit."""

from __future__ import annotations

import pytest

from regscope.datasets import Dataset
from regscope.study.params import Study
from tests import tiny
from tests.regularizers.settings import CELLS, OF_ANY_NETWORK, WITH_OPTIMIZERS, of_data

ALONE, REORDERED, FEWER = [3], [4, 1, 0], [0, 1]


def differences(study: Study, dataset: Dataset, everyone: list[int]) -> dict[str, float]:
    """Of all stacks with the stack of `everyone`, seed by seed."""
    together = tiny.trained(study, dataset, everyone)
    found = {}
    for seeds in (ALONE, REORDERED, FEWER):
        some = tiny.trained(study, dataset, seeds)
        slots = [everyone.index(seed) for seed in seeds]
        expected = {name: value[slots] for name, value in together.model.state_dict().items()}
        expected["history"] = together.history[:, slots]
        state = {**some.model.state_dict(), "history": some.history}
        for name, difference in tiny.differences(state, expected).items():
            found[f"seeds {seeds}: {name}"] = difference
    return found


@pytest.mark.parametrize(("cell", "optimizer"), WITH_OPTIMIZERS)
def test_of_digits(cell: str, optimizer: str, digits: Dataset) -> None:
    study = tiny.study(CELLS[cell], optimizer)
    assert differences(study, digits, [0, 1, 2, 3, 4]) == {}


@pytest.mark.parametrize("cell", [*of_data("points"), "stochastic_depth"])
def test_of_points(cell: str, moons: Dataset) -> None:
    study = tiny.study(CELLS[cell], "adam", data=tiny.MOONS)
    assert differences(study, moons, [0, 1, 2, 3, 4]) == {}


@pytest.mark.parametrize(
    ("activation", "cell"),
    [
        *(("relu", cell) for cell in OF_ANY_NETWORK if "batch_norm" not in CELLS[cell]),
        *((activation, "l2_dropout") for activation in ("tanh", "gelu")),
    ],
)
def test_of_widths_that_fill_no_vector(cell: str, activation: str, digits: Dataset) -> None:
    model = {"hidden": [13, 7], "activation": activation}
    study = tiny.study(CELLS[cell], "adam", model=model, split={"train": 53})
    assert differences(study, digits, [0, 1, 2, 3, 4]) == {}


def test_batch_norm_at_such_widths_is_so_to_rounding(digits: Dataset) -> None:
    """torch's backward treats the last channels of a stack that do not fill a vector apart."""
    study = tiny.study({"batch_norm": True}, "nesterov", model={"hidden": [13, 7]})
    with tiny.in_float64():
        found = differences(study, digits, [0, 1, 2, 3, 4])
    assert all(value < tiny.rounding(steps=12) for value in found.values())


@pytest.mark.parametrize("normalization", ["none", "batch", "layer"])
def test_of_residual_networks(normalization: str, digits: Dataset) -> None:
    model = {"hidden": [16, 16, 16], "residual": True, "normalization": normalization}
    study = tiny.study({"dropout": 0.3, "l1": 0.001}, "adam", model=model)
    assert differences(study, digits, [0, 1, 2, 3, 4]) == {}


def test_many_seeds_do_not_change_the_first(digits: Dataset) -> None:
    study = tiny.study(CELLS["everything"], "adam")
    assert differences(study, digits, list(range(20))) == {}

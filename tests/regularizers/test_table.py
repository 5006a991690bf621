"""What holds for every regularizer."""

from __future__ import annotations

import pytest

from regscope.datasets import Dataset
from regscope.regularizers import REGULARIZERS
from tests import tiny
from tests.regularizers.settings import CELLS, SETTINGS, main_setting, off


def test_every_regularizer_has_a_setting_here() -> None:
    assert set(SETTINGS) == set(REGULARIZERS)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_regularizer_is_listed_under_its_own_name(name: str) -> None:
    assert REGULARIZERS[name].name == name


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_strength_0_equals_none_exactly(name: str, optimizer: str, digits: Dataset) -> None:
    model = tiny.model_for({name: SETTINGS[name]})
    none = tiny.trained(tiny.study({}, optimizer, model=model), digits, [0, 1])
    study = tiny.study({name: off(name)}, optimizer, model=model)
    assert study == tiny.study({name: {main_setting(name): off(name)}}, optimizer, model=model)
    tested = tiny.trained(study, digits, [0, 1])
    assert tiny.differences(tested.model.state_dict(), none.model.state_dict()) == {}
    assert tested.history.equal(none.history)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_setting_here_changes_the_weights(name: str, digits: Dataset) -> None:
    none = tiny.trained(tiny.study({}, model=tiny.model_for({name: SETTINGS[name]})), digits, [0])
    tested = tiny.trained(tiny.study({name: SETTINGS[name]}), digits, [0])
    state = tested.model.state_dict()
    started = none.model.state_dict()
    weights = {key for key in started if key.endswith(".weight")}
    assert (
        weights - {"output.weight"}
        <= tiny.differences({key: state[key] for key in started}, started).keys()
    )


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("optimizer", tiny.OPTIMIZERS)
def test_training_lowers_the_loss(cell: str, optimizer: str, digits: Dataset) -> None:
    study = tiny.study(CELLS[cell], optimizer, training={"epochs": 6})
    loss = tiny.trained(study, digits, [0, 1]).history[0]
    assert (loss[:, -1] < loss[:, 0]).all()


@pytest.mark.parametrize(
    ("cell", "optimizer"),
    [*((cell, "adam") for cell in CELLS), ("everything", "sgd"), ("everything", "nesterov")],
)
def test_the_same_settings_give_the_same_weights(
    cell: str, optimizer: str, digits: Dataset
) -> None:
    study = tiny.study(CELLS[cell], optimizer)
    first, second = (tiny.trained(study, digits, [0, 1]) for _ in range(2))
    assert tiny.differences(first.model.state_dict(), second.model.state_dict()) == {}
    assert first.history.equal(second.history)

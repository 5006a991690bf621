from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import sklearn.dummy
import sklearn.metrics
import torch
from hypothesis import given
from hypothesis import strategies as st

from regscope.base.errors import RegscopeError
from regscope.tasks import TASKS, task_in, task_of
from regscope.tasks.regression import Standard, number_scores, squared_error
from regscope.training.loop import cell_trainer
from tests import tiny
from tests.tasks import numbers

REGRESSION = TASKS["regression"]
NUMBERS = st.lists(
    st.floats(-1e6, 1e6).map(lambda value: round(value, 3)), min_size=2, max_size=30
).filter(lambda values: max(values) - min(values) > 0.01)


def test_the_standard_by_hand() -> None:
    standard = Standard.of(np.array([1.0, 3.0, 5.0, 7.0]))
    assert standard.mean == 4
    assert standard.deviation == pytest.approx(math.sqrt(5))
    assert standard.standardized(np.array([4.0])).tolist() == [0]
    assert standard.in_own_unit(np.zeros(1, np.float32)).tolist() == [4]


@given(NUMBERS)
def test_standardized_targets_come_back(values: list[float]) -> None:
    targets = np.array(values)
    standard = Standard.of(targets)
    found = standard.standardized(targets)
    assert found.mean() == pytest.approx(0, abs=1e-6)
    assert found.std() == pytest.approx(1)
    assert standard.in_own_unit(found) == pytest.approx(targets, abs=1e-6)


def test_targets_that_are_all_the_same_have_no_standard() -> None:
    with pytest.raises(RegscopeError) as error:
        Standard.of(np.full(3, 7.5))
    assert str(error.value) == "targets: all 3 that train are 7.5: nothing to learn"


def test_loss_and_gradient_are_autograds() -> None:
    generator = torch.Generator().manual_seed(0)
    outputs = torch.randn(40, 1, generator=generator).requires_grad_()
    targets = torch.randn(40, generator=generator)
    losses, gradient = squared_error(outputs.detach(), targets)
    mean = torch.nn.functional.mse_loss(outputs[:, 0], targets)
    (expected,) = torch.autograd.grad(mean * 40, outputs)
    assert losses.mean().item() == pytest.approx(mean.item())
    torch.testing.assert_close(gradient, expected)


@given(NUMBERS, st.integers(0, 1000))
def test_scores_are_scikit_learns(values: list[float], seed: int) -> None:
    targets = np.array(values)
    predicted = targets + np.random.default_rng(seed).normal(size=len(targets))
    standard = Standard(5.0, 2.0)
    found = number_scores(predicted, targets, standard)
    squared = sklearn.metrics.mean_squared_error(targets, predicted)
    assert found["r2"] == pytest.approx(sklearn.metrics.r2_score(targets, predicted), rel=1e-6)
    assert found["rmse"] == pytest.approx(math.sqrt(squared))
    assert found["mae"] == pytest.approx(sklearn.metrics.mean_absolute_error(targets, predicted))
    assert found["loss"] == pytest.approx(squared / 4)


def test_r2_of_targets_that_are_all_the_same_cannot_be_had() -> None:
    found = number_scores(np.array([1.0, 2.0]), np.array([3.0, 3.0]), Standard(0.0, 1.0))
    assert math.isnan(found["r2"])
    assert found["mae"] == 1.5


def test_the_guess_is_scikit_learns_dummy() -> None:
    known, held = np.array([1.0, 2.0, 6.0, 7.0]), np.array([2.0, 3.0, 10.0])
    dummy = sklearn.dummy.DummyRegressor().fit(np.zeros((4, 1)), known)
    predicted = dummy.predict(np.zeros((3, 1)))
    found = REGRESSION.guess(known, held, 1)
    assert list(found) == list(REGRESSION.guessed)
    assert found["r2"] == pytest.approx(sklearn.metrics.r2_score(held, predicted))
    assert found["mae"] == pytest.approx(sklearn.metrics.mean_absolute_error(held, predicted))
    # Of its own training targets it explains nothing, at a loss of their variance.
    own = REGRESSION.guess(known, known, 1)
    assert own["r2"] == pytest.approx(0)
    assert own["loss"] == pytest.approx(1)


def test_which_task_it_is() -> None:
    assert task_of(numbers.dataset()) is REGRESSION
    assert task_of(numbers.study().data) is REGRESSION
    assert task_of(tiny.study().data).name == "classification"
    assert task_in(["seed", "test_r2"]) is REGRESSION
    assert task_in(["seed", "test_accuracy"]).name == "classification"


def test_no_held_out_target_reaches_training() -> None:
    """Other targets of the held-out examples: the same weights, another test loss."""
    study, dataset = numbers.study({"dropout": 0.2}), numbers.dataset()
    held = dataset.split(study.split, 1).holdout
    targets = dataset.targets.copy()
    targets[held] = 1000 - 3 * targets[held]
    found = tiny.trained(study, dataset, [1])
    other = tiny.trained(study, replace(dataset, targets=targets), [1])
    assert tiny.differences(found.model.state_dict(), other.model.state_dict()) == {}
    assert torch.equal(found.history[:3], other.history[:3])
    assert not torch.equal(found.history[3:], other.history[3:])


def test_the_unit_of_the_targets_changes_no_weight() -> None:
    study, dataset = numbers.study(), numbers.dataset()
    other = replace(dataset, targets=dataset.targets * 4 + 1024)
    found, scaled = (tiny.trained(study, one, [0]) for one in (dataset, other))
    for name, tensor in found.model.state_dict().items():
        torch.testing.assert_close(scaled.model.state_dict()[name], tensor, rtol=1e-3, atol=1e-5)


def test_history_is_of_each_seeds_own_standard() -> None:
    study, dataset = numbers.study(), numbers.dataset()
    trained = tiny.trained(study, dataset, [0, 3])
    for slot, seed in enumerate((0, 3)):
        split = dataset.split(study.split, seed)
        network = study.model.build(dataset.input_shape, 1)
        state = trained.model.state_dict()
        network.load_state_dict({name: value[slot] for name, value in state.items()})
        outputs = network(torch.from_numpy(dataset.inputs[split.holdout])).detach()[:, 0].numpy()
        standard = Standard.of(dataset.targets[split.train])
        targets = standard.standardized(dataset.targets[split.holdout])
        loss, r2 = trained.history[3:, slot, -1].tolist()
        assert loss == pytest.approx(sklearn.metrics.mean_squared_error(targets, outputs), rel=1e-5)
        assert r2 == pytest.approx(sklearn.metrics.r2_score(targets, outputs), abs=1e-5)
        assert trained.history[2, slot, -1] == pytest.approx(1 - trained.history[0, slot, -1])


@pytest.mark.parametrize("cell", [{}, {"l1": 0.01}, {"dropout": 0.5, "batch_norm": True}], ids=str)
def test_a_seed_is_the_same_alone_and_among_others(cell: tiny.Values) -> None:
    study, dataset = numbers.study(cell), numbers.dataset()
    among = tiny.trained(study, dataset, [4, 2, 0])
    alone = tiny.trained(study, dataset, [2])
    state = {name: value[1:2] for name, value in among.model.state_dict().items()}
    assert tiny.differences(state, alone.model.state_dict()) == {}
    assert torch.equal(among.history[:, 1:2], alone.history)


def test_it_learns_what_there_is_to_learn() -> None:
    """12 of the deviation of 13 are in the first input: an R squared of 144/169 at best."""
    trained = tiny.trained(numbers.study({"l2": 0.03}, epochs=60), numbers.dataset(), [0, 1])
    assert trained.history[4, :, -1].mean() == pytest.approx(144 / 169, abs=0.08)


def test_a_seed_with_nothing_to_learn_is_refused() -> None:
    study, dataset = numbers.study(), numbers.dataset()
    targets = np.zeros(442)
    targets[dataset.split(study.split, 0).holdout[0]] = 1
    with pytest.raises(RegscopeError, match="all 300 that train are 0: nothing to learn"):
        cell_trainer(study, [], replace(dataset, targets=targets), [0])

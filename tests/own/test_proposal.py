"""What is proposed for anyone's data, whatever its kind."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.own.methods import POINTS, of_epochs
from regscope.own.proposal import evaluation, is_uneven, sizes, split, training


@given(st.integers(8, 100_000), st.sampled_from([32, 128, 512]))
def test_sizes_leave_examples_to_train_on_and_no_batch_of_one(train: int, usual: int) -> None:
    batch, validation = sizes(train, usual)
    assert 2 < batch <= usual
    assert 1 <= validation < train / 2
    for parts in range(3):
        assert train - parts * validation >= 2
        assert (train - parts * validation) % batch != 1


@pytest.mark.parametrize(
    ("counts", "uneven"),
    [
        ([50, 50], False),
        ([11, 89], False),
        ([10, 90], True),
        ([111, 9], True),
        ([107, 13], False),
        ([10] * 12, False),
        ([8, 50, 50], False),
        ([59, 59, 2], True),
    ],
)
def test_a_class_is_rare_below_a_fifth_of_an_equal_share(counts: list[int], uneven: bool) -> None:
    assert is_uneven(counts) == uneven
    trained = training(100, 10, counts, steps=100, epochs=(1, 99), seeds=2)
    assert trained.get("class_weights") == ("balanced" if uneven else None)
    assert evaluation(50, counts, 99).get("primary") == ("balanced_accuracy" if uneven else None)


def test_the_training_loss_is_half_of_what_the_constant_guess_has() -> None:
    entropy = -(0.95 * math.log(0.95) + 0.05 * math.log(0.05))
    assert evaluation(10, [950, 50], 99)["training_loss"] == round(entropy / 2, 3)
    assert evaluation(10, [], 99) == {"training_loss": 0.5, "matters": 0.005}


def test_measures_of_many_passes_have_so_many_examples_at_most() -> None:
    assert "examples" not in evaluation(99, [], 99)
    assert evaluation(100, [], 99)["examples"] == 99


def test_parts_have_their_shares_but_of_numbers_and_of_a_given_test_part() -> None:
    assert split(80, 16, classes=True, has_test=False)["by"] == "stratified"
    assert split(80, 16, classes=False, has_test=False) == {"train": 80, "validation": 16}
    assert split(80, 16, classes=True, has_test=True) == {"validation": 16}


@pytest.mark.parametrize(("epochs", "patience"), [(10, 2), (60, 6), (100, 10), (300, 10)])
def test_stopping_early_is_possible(epochs: int, patience: int) -> None:
    assert of_epochs(POINTS, epochs)["early_stopping"] == {"early_stopping": patience}
    assert of_epochs(POINTS, epochs)["l2"] == POINTS["l2"]

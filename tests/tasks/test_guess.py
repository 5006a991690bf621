from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.dummy
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from regscope.tasks.classification import Classification, class_counts, class_guess

SPLITS = {
    "94 of a hundred": ([188, 12], [94, 6]),
    "70, 20 and 10": ([70, 20, 10], [35, 10, 5]),
    "other shares in the test": ([50, 30, 20], [10, 20, 30]),
}


@pytest.mark.parametrize(("train", "test"), SPLITS.values(), ids=SPLITS.keys())
def test_the_guess_is_scikit_learns_dummy(train: list[int], test: list[int]) -> None:
    known, labels = (np.repeat(np.arange(len(train)), counts) for counts in (train, test))
    dummy = sklearn.dummy.DummyClassifier(strategy="prior")
    dummy.fit(np.zeros((len(known), 1)), known)
    inputs = np.zeros((len(labels), 1))
    predicted, probabilities = dummy.predict(inputs), dummy.predict_proba(inputs)
    auc = (
        sklearn.metrics.roc_auc_score(labels, probabilities[:, 1])
        if len(train) == 2
        else sklearn.metrics.roc_auc_score(labels, probabilities, multi_class="ovr")
    )
    shares = [(labels == one).mean() for one in range(len(train))]
    assert class_guess(np.array(train), np.array(test)) == pytest.approx(
        {
            "accuracy": sklearn.metrics.accuracy_score(labels, predicted),
            "loss": sklearn.metrics.log_loss(labels, probabilities),
            "balanced_accuracy": sklearn.metrics.balanced_accuracy_score(labels, predicted),
            "roc_auc": auc,
            "average_precision": min(shares) if len(train) == 2 else 1 / len(train),
        }
    )


def test_by_hand() -> None:
    found = class_guess(np.array([3, 1]), np.array([1, 1]))
    assert list(found) == list(Classification.guessed)
    assert found["accuracy"] == 0.5
    assert found["loss"] == pytest.approx((math.log(4 / 3) + math.log(4)) / 2)
    assert (found["balanced_accuracy"], found["roc_auc"]) == (0.5, 0.5)
    assert class_guess(np.array([3, 1]), np.array([1, 4]))["average_precision"] == 0.2


def test_of_two_as_frequent_the_first_is_said() -> None:
    assert class_guess(np.array([5, 5, 1]), np.array([1, 8, 1]))["accuracy"] == 0.1


def test_a_class_that_training_has_not_costs_infinitely_much() -> None:
    found = class_guess(np.array([4, 0]), np.array([3, 1]))
    assert (found["accuracy"], found["loss"]) == (0.75, math.inf)
    assert class_guess(np.array([4, 0]), np.array([3, 0]))["loss"] == 0


def test_a_test_of_one_class_has_no_curve() -> None:
    found = class_guess(np.array([4, 4]), np.array([0, 3]))
    assert math.isnan(found["roc_auc"])
    assert math.isnan(found["average_precision"])
    assert found["balanced_accuracy"] == 1


COUNTS = st.lists(st.integers(0, 50), min_size=2, max_size=6).filter(any)


@given(COUNTS)
def test_no_constant_answer_beats_the_tests_own_shares(counts: list[int]) -> None:
    own = np.array(counts)
    best = class_guess(own, own)
    assert best["accuracy"] == max(counts) / sum(counts)
    for other in range(len(counts)):
        known = own + 3 * (np.arange(len(counts)) == other)
        found = class_guess(known, own)
        assert found["accuracy"] <= best["accuracy"]
        assert found["loss"] >= best["loss"] - 1e-12


def test_words_count_and_padding_does_not() -> None:
    targets = np.array([[0, 2, -1], [2, -1, -1]])
    assert class_counts(targets, 4).tolist() == [1, 0, 2, 0]

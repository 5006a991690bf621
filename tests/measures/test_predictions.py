from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics
import torch
from hypothesis import given
from hypothesis import strategies as st

from regscope.measures.predictions import (
    accuracy,
    balanced_accuracy,
    brier_score,
    class_f1_sd,
    confusion_matrix,
    cross_entropy,
    roc_auc,
    top_k_accuracy,
)

LOGITS = torch.randn(200, 5, generator=torch.Generator().manual_seed(0)) * 3
LABELS = torch.randint(0, 5, (200,), generator=torch.Generator().manual_seed(1))
PREDICTED = LOGITS.argmax(1)


def test_accuracy_is_scikit_learns() -> None:
    expected = sklearn.metrics.accuracy_score(LABELS, PREDICTED)
    assert accuracy(LOGITS, LABELS) == pytest.approx(expected, abs=1e-15)


def test_accuracy_by_hand() -> None:
    logits = torch.tensor([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0], [5.0, 6.0]])
    assert accuracy(logits, torch.tensor([0, 1, 1, 1])) == 0.75


def test_cross_entropy_is_scikit_learns_log_loss() -> None:
    probabilities = LOGITS.double().softmax(1).numpy()
    expected = sklearn.metrics.log_loss(LABELS, probabilities, labels=range(5))
    assert cross_entropy(LOGITS, LABELS) == pytest.approx(expected, rel=1e-12)


def test_cross_entropy_by_hand() -> None:
    """Of equal logits log C; of odds 3 to 1, -log(3/4) and -log(1/4)."""
    assert cross_entropy(torch.zeros(3, 10), torch.tensor([0, 5, 9])) == pytest.approx(math.log(10))
    logits = torch.tensor([[math.log(3), 0.0]] * 2, dtype=torch.float64)
    expected = -(math.log(0.75) + math.log(0.25)) / 2
    assert cross_entropy(logits, torch.tensor([0, 1])) == pytest.approx(expected)


def test_confusion_matrices_are_scikit_learns() -> None:
    found = confusion_matrix(PREDICTED, LABELS, 5)
    assert np.array_equal(found.numpy(), sklearn.metrics.confusion_matrix(LABELS, PREDICTED))


def test_confusion_matrices_have_actual_classes_in_rows_and_all_classes() -> None:
    found = confusion_matrix(torch.tensor([1, 1, 0]), torch.tensor([0, 0, 0]), 3)
    assert found.tolist() == [[1, 2, 0], [0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("k", [1, 2, 4])
def test_top_k_accuracies_are_scikit_learns(k: int) -> None:
    expected = sklearn.metrics.top_k_accuracy_score(
        LABELS.numpy(), LOGITS.numpy(), k=k, labels=range(5)
    )
    assert top_k_accuracy(LOGITS, LABELS, k) == pytest.approx(expected, abs=1e-15)


def test_top_k_accuracy_by_hand() -> None:
    logits = torch.tensor([[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]])
    labels = torch.tensor([1, 0])
    assert [top_k_accuracy(logits, labels, k) for k in (1, 2, 3)] == [0, 0.5, 1]


def test_brier_scores_are_scikit_learns() -> None:
    probabilities = LOGITS.double().softmax(1)
    expected = sklearn.metrics.brier_score_loss(
        LABELS, probabilities.numpy(), labels=range(5), scale_by_half=False
    )
    assert brier_score(probabilities, LABELS) == pytest.approx(expected, rel=1e-12)


def test_brier_scores_by_hand() -> None:
    """(0.3**2 + 0.2**2 + 0.1**2), and certainty that is right or wrong."""
    some = torch.tensor([[0.7, 0.2, 0.1]], dtype=torch.float64)
    assert brier_score(some, torch.tensor([0])) == pytest.approx(0.14)
    certain = torch.tensor([[0.0, 1.0, 0.0]])
    assert brier_score(certain, torch.tensor([1])) == 0
    assert brier_score(certain, torch.tensor([2])) == 2
    assert brier_score(torch.full((4, 4), 0.25), torch.arange(4)) == pytest.approx(0.75)


def test_the_spread_of_f1_over_classes_is_that_of_scikit_learns_scores() -> None:
    scores = sklearn.metrics.f1_score(LABELS, PREDICTED, average=None)
    found = class_f1_sd(confusion_matrix(PREDICTED, LABELS, 5))
    assert found == pytest.approx(np.std(scores))


def test_the_spread_of_f1_by_hand() -> None:
    assert class_f1_sd(torch.tensor([[3, 0], [0, 7]])) == 0
    # F1 of the classes: 2 / 3 and 4 / 5.
    assert class_f1_sd(torch.tensor([[1, 1], [0, 2]])) == pytest.approx((4 / 5 - 2 / 3) / 2)


@pytest.mark.parametrize("absent", [(), (2,), (0, 4)])
def test_balanced_accuracy_and_roc_auc_are_scikit_learns(absent: tuple[int, ...]) -> None:
    """Also where the test lacks classes, of which scikit-learn is not told then."""
    kept = torch.tensor([int(label) not in absent for label in LABELS])
    logits, labels = LOGITS[kept], LABELS[kept]
    there = sorted(set(labels.tolist()))
    counts = confusion_matrix(logits.argmax(1), labels, 5)
    recalls = sklearn.metrics.recall_score(labels, logits.argmax(1), labels=there, average=None)
    expected = np.mean(recalls)
    if not absent:
        assert expected == sklearn.metrics.balanced_accuracy_score(labels, logits.argmax(1))
    assert balanced_accuracy(counts) == pytest.approx(expected, abs=1e-12)
    probabilities = logits.double().softmax(1)
    areas = [sklearn.metrics.roc_auc_score(labels == one, probabilities[:, one]) for one in there]
    assert roc_auc(probabilities, labels) == pytest.approx(np.mean(areas), abs=1e-12)
    if not absent:
        whole = sklearn.metrics.roc_auc_score(labels, probabilities, multi_class="ovr")
        assert roc_auc(probabilities, labels) == pytest.approx(whole, abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40))
def test_roc_auc_of_two_classes_with_ties_is_scikit_learns(pairs: list[tuple[int, bool]]) -> None:
    scores = torch.tensor([score / 6 for score, _ in pairs], dtype=torch.float64)
    labels = torch.tensor([int(positive) for _, positive in pairs])
    found = roc_auc(torch.stack([1 - scores, scores], dim=1), labels)
    if len(set(labels.tolist())) == 1:
        assert math.isnan(found)
    else:
        expected = sklearn.metrics.roc_auc_score(labels, scores)
        assert found == pytest.approx(expected, abs=1e-12)


def test_the_constant_answer_of_a_lopsided_test() -> None:
    """94 of one class, 6 of the other: right 94 times, and as good as nothing by either."""
    labels = torch.tensor([0] * 94 + [1] * 6)
    logits = torch.tensor([[3.0, 0.0]]).expand(100, 2)
    assert accuracy(logits, labels) == 0.94
    assert balanced_accuracy(confusion_matrix(logits.argmax(1), labels, 2)) == 0.5
    assert roc_auc(logits.softmax(1), labels) == 0.5


def test_what_is_no_number_has_no_curve() -> None:
    probabilities = torch.tensor([[0.5, 0.5], [math.nan, math.nan]])
    assert math.isnan(roc_auc(probabilities, torch.tensor([0, 1])))

from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics
import torch

from regscope.measures.predictions import (
    accuracy,
    brier_score,
    class_f1_sd,
    confusion_matrix,
    cross_entropy,
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

from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics
import torch

from regscope.measures.predictions import accuracy, confusion_matrix, cross_entropy

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

from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics
import torch
from hypothesis import given
from hypothesis import strategies as st

from regscope.measures.precision_recall import at_recalls, average_precision, curve, rarer

LOGITS = torch.randn(200, 5, generator=torch.Generator().manual_seed(0)) * 3
LABELS = torch.randint(0, 5, (200,), generator=torch.Generator().manual_seed(1))


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40))
def test_of_two_classes_with_ties_it_is_scikit_learns(pairs: list[tuple[int, bool]]) -> None:
    scores = torch.tensor([score / 6 for score, _ in pairs], dtype=torch.float64)
    labels = torch.tensor([int(positive) for _, positive in pairs])
    found = average_precision(torch.stack([1 - scores, scores], dim=1), labels)
    if len(set(labels.tolist())) == 1:
        assert math.isnan(found)
        return
    rare = rarer(torch.bincount(labels, minlength=2))
    judged = scores if rare == 1 else 1 - scores
    expected = sklearn.metrics.average_precision_score(labels == rare, judged)
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("absent", [(), (2,), (0, 4)])
def test_of_more_it_is_the_mean_over_those_that_are_there(absent: tuple[int, ...]) -> None:
    kept = torch.tensor([int(label) not in absent for label in LABELS])
    probabilities, labels = LOGITS[kept].double().softmax(1), LABELS[kept]
    areas = [
        sklearn.metrics.average_precision_score(labels == one, probabilities[:, one])
        for one in sorted(set(labels.tolist()))
    ]
    assert average_precision(probabilities, labels) == pytest.approx(np.mean(areas), abs=1e-12)
    if not absent:
        whole = sklearn.metrics.average_precision_score(
            np.eye(5)[labels.numpy()], probabilities, average="macro"
        )
        assert average_precision(probabilities, labels) == pytest.approx(whole, abs=1e-12)


def test_by_hand() -> None:
    """The rarer class is found first and fourth of five: (1 + 2 / 4) / 2."""
    scores = torch.tensor([0.9, 0.8, 0.7, 0.6, 0.1])
    labels = torch.tensor([1, 0, 0, 1, 0])
    probabilities = torch.stack([1 - scores, scores], 1)
    assert average_precision(probabilities, labels) == pytest.approx(0.75)
    # Named the other way round, the rarer class is the same.
    assert average_precision(probabilities.flip(1), 1 - labels) == pytest.approx(0.75)


def test_a_constant_answer_gets_the_rarer_classs_share() -> None:
    labels = torch.tensor([0] * 94 + [1] * 6)
    assert average_precision(torch.full((100, 2), 0.5), labels) == pytest.approx(0.06)


def test_what_is_no_number_has_no_curve() -> None:
    probabilities = torch.tensor([[0.5, 0.5], [math.nan, math.nan]])
    assert math.isnan(average_precision(probabilities, torch.tensor([0, 1])))


def test_the_curve_is_scikit_learns() -> None:
    scores = LOGITS[:, 1].double().round(decimals=1)
    positive = LABELS == 1
    told, right = curve(scores, positive)
    precision, recall, _ = sklearn.metrics.precision_recall_curve(positive, scores)
    # scikit-learn begins at the lowest threshold, and adds an end at recall 0.
    assert (right / told).tolist() == pytest.approx(precision[-2::-1].tolist())
    assert (right / right[-1]).tolist() == pytest.approx(recall[-2::-1].tolist())


def test_precision_at_recalls_by_hand() -> None:
    scores = torch.tensor([0.9, 0.8, 0.7, 0.6, 0.1])
    found = at_recalls(*curve(scores, torch.tensor([True, False, False, True, False])), 4)
    assert found.tolist() == [1, 1, 0.5, 0.5]
    # The area is the mean over ever finer steps.
    fine = at_recalls(*curve(LOGITS[:, 1], LABELS == 1), 100_000).mean().item()
    expected = sklearn.metrics.average_precision_score(LABELS == 1, LOGITS[:, 1])
    assert fine == pytest.approx(expected, abs=1e-4)

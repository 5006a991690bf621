from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import precision_recall_fscore_support

from regscope.results.confusions import (
    CLASSES_WITH_ALL_PAIRS,
    MOST_CONFUSED,
    class_scores,
    confused_pairs,
)

CLASSES = ("a", "b", "c")
# Pairs ab, ac, bc: 6, 2, 1 errors with the first seed, 4, 4, 1 with the second.
CONFUSION = np.array(
    [
        [[9, 5, 2], [1, 9, 0], [0, 1, 9]],
        [[9, 2, 1], [2, 9, 1], [3, 0, 9]],
    ]
)


def test_scores_of_a_class_are_scikit_learns() -> None:
    """The third class is never named, and of the fourth there are no examples."""
    confusion = np.array([[[7, 2, 0, 1], [3, 4, 0, 0], [1, 1, 0, 3], [0, 0, 0, 0]]])
    actual, predicted = np.indices((4, 4))
    expected = precision_recall_fscore_support(
        actual.ravel(), predicted.ravel(), sample_weight=confusion.ravel(), zero_division=0.0
    )
    found = class_scores(np.concatenate([confusion, 3 * confusion]), "abcd")
    for name, values in zip(("precision", "recall", "f1"), expected, strict=False):
        assert list(found[name]) == pytest.approx(list(values))
    assert list(found["support"]) == list(2 * expected[3])


def test_pairs_count_in_both_directions_and_stand_by_their_errors() -> None:
    found = confused_pairs(CONFUSION, CLASSES)
    assert list(zip(found["first"], found["second"], strict=True)) == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]
    assert list(found["errors"]) == [5, 3, 1]
    assert list(found["share"]) == pytest.approx([5 / 9, 3 / 9, 1 / 9])
    assert list(found["excess"]) == pytest.approx([2, 0, -2])


def test_excess_is_tested_over_seeds_as_by_scipy() -> None:
    draws = np.random.default_rng(0)
    confusion = draws.integers(0, 30, (6, 4, 4))
    found = confused_pairs(confusion, "abcd").to_dict("records")
    pairs = [(one, two) for one in range(4) for two in range(one + 1, 4)]
    errors = {pair: confusion[:, *pair] + confusion[:, *pair[::-1]] for pair in pairs}
    average = np.mean(list(errors.values()), 0)
    for row in found:
        own = errors["abcd".index(row["first"]), "abcd".index(row["second"])]
        test = scipy.stats.ttest_rel(own, average)
        interval = test.confidence_interval()
        assert row["p_value"] == pytest.approx(test.pvalue)
        assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))


def test_an_excess_that_is_the_same_in_every_seed_has_no_spread() -> None:
    """A third of an error beyond the mean pair, of whatever number of errors."""
    confusion = np.zeros((5, 3, 3))
    for seed, errors in enumerate((3, 7, 11, 52, 100)):
        confusion[seed, 0, 1] = errors + 1
        confusion[seed, 0, 2] = errors
        confusion[seed, 2, 1] = errors + 1
    found = confused_pairs(confusion, CLASSES)
    assert list(found["p_value"]) == [2 / 2**5] * 3
    assert list(found["low"]) == list(found["high"]) == pytest.approx([1 / 3, 1 / 3, -2 / 3])


def test_without_errors_there_is_no_share() -> None:
    found = confused_pairs(np.stack([np.diag([3, 4, 5])] * 2), CLASSES)
    assert list(found["errors"]) == [0, 0, 0]
    assert found["share"].isna().all()


def test_of_one_class_there_are_no_pairs() -> None:
    found = confused_pairs(np.array([[[7]], [[8]]]), ("a",))
    assert len(found) == 0
    assert list(found.columns) == list(confused_pairs(CONFUSION, CLASSES).columns)


@pytest.mark.parametrize(
    ("classes", "listed"),
    [(CLASSES_WITH_ALL_PAIRS, 105), (CLASSES_WITH_ALL_PAIRS + 1, MOST_CONFUSED)],
)
def test_of_many_classes_the_most_confused_are_listed(classes: int, listed: int) -> None:
    confusion = np.random.default_rng(0).integers(0, 100, (3, classes, classes))
    found = confused_pairs(confusion, [str(number) for number in range(classes)])
    assert len(found) == listed
    errors = confusion + confusion.transpose(0, 2, 1)
    highest = np.sort(errors.mean(0)[np.triu_indices(classes, 1)])[::-1]
    assert list(found["errors"]) == pytest.approx(list(highest[:listed]))
    whole = highest.sum()
    assert list(found["share"]) == pytest.approx(list(highest[:listed] / whole))

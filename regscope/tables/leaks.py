"""Columns that give the target away: with them a study asks what is known already.

Each rule learns from every second row and is held against the others, so that what is learned by
heart does not count.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regscope.tables.kinds import Held

ROWS = 20_000
FEWEST = 40
"""Rows that are looked at, evenly spread; of fewer than FEWEST nothing is said."""

EXPLAINED = 0.9999
"""R squared, or a rank correlation, from which on a number is told by others."""

LEFT = 1 / 50
"""Of the errors of the most frequent class: a column that leaves fewer tells the class."""

MOST_COLUMNS = 500
"""Of numbers that are looked at together."""


def leaks(columns: Sequence[Held], target: Held) -> dict[str, str]:
    """`{column: why}` of those that give the target away, alone or together."""
    rows = len(_whole(target))
    chosen = np.linspace(0, rows - 1, min(rows, ROWS)).astype(int)
    there = chosen[~_missing(target)[chosen]]
    if len(there) < FEWEST:
        return {}
    learn, held = there[::2], there[1::2]
    if target.codes is not None:
        return {
            column.name: f"tells {target.name} ({told})"
            for column in columns
            if (told := _tells_class(column, target.codes, learn, held))
        }
    assert target.values is not None
    values = target.values
    found = {
        column.name: f"tells {target.name} ({told})"
        for column in columns
        if (told := _tells_number(column, values, learn, held))
    }
    others = [column for column in columns if column.name not in found]
    together = _together(others, values, learn, held)
    names = " + ".join(together)
    return found | dict.fromkeys(together, f"tells {target.name} together ({names})")


def _whole(column: Held) -> np.ndarray:
    whole = column.values if column.values is not None else column.codes
    assert whole is not None
    return whole


def _missing(column: Held) -> np.ndarray:
    whole = _whole(column)
    return np.isnan(whole) if column.values is not None else whole < 0


def _tells_class(column: Held, codes: np.ndarray, learn: np.ndarray, held: np.ndarray) -> str:
    guess = int(np.bincount(codes[learn]).argmax())
    wrong_by_guess = np.count_nonzero(codes[held] != guess)
    if column.codes is not None:
        if len(column.categories) > len(learn) / 4:
            return ""
        predicted = _most_frequent(column.codes[learn], codes[learn], guess)[column.codes[held]]
    else:
        from sklearn.tree import DecisionTreeClassifier

        leaves = 2 * len(np.unique(codes[learn]))
        tree = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0)
        filled = np.nan_to_num(_whole(column), nan=-1e30)[:, None].astype(np.float32)
        predicted = tree.fit(filled[learn], codes[learn]).predict(filled[held])
    wrong = np.count_nonzero(codes[held] != predicted)
    if wrong_by_guess < 5 or wrong > LEFT * wrong_by_guess:
        return ""
    return f"{1 - wrong / len(held):.1%} of rows by it alone"


def _most_frequent(categories: np.ndarray, classes: np.ndarray, guess: int) -> np.ndarray:
    """By category, the last place being that of a missing one."""
    counts = np.zeros((categories.max(initial=-1) + 2, classes.max() + 1))
    np.add.at(counts, (categories, classes), 1)
    found = np.where(counts.sum(1) > 0, counts.argmax(1), guess)
    # A category that was not learned from: beyond the table, before the last place.
    return np.concatenate([found[:-1], np.full(10_000, guess), found[-1:]])


def _tells_number(column: Held, values: np.ndarray, learn: np.ndarray, held: np.ndarray) -> str:
    if column.codes is not None:
        return ""
    own = _whole(column)
    both = np.concatenate([learn, held])
    both = both[~np.isnan(own[both])]
    if len(both) < FEWEST or len(np.unique(own[both])) < FEWEST / 2:
        return ""
    from scipy.stats import spearmanr

    correlation = float(spearmanr(own[both], values[both]).statistic)
    return f"rank correlation {correlation:.4f}" if abs(correlation) >= EXPLAINED else ""


def _together(
    columns: Sequence[Held], values: np.ndarray, learn: np.ndarray, held: np.ndarray
) -> list[str]:
    """The fewest of the numbers whose weighted sum is the target; empty where none is."""
    numbers = [
        column
        for column in columns
        if column.values is not None and not _missing(column).any() and column.distinct > 1
    ][:MOST_COLUMNS]
    if not numbers or len(learn) < 4 * len(numbers):
        return []
    kept = list(range(len(numbers)))
    table = np.column_stack([_standardized(_whole(column)) for column in numbers])
    if _explained(table[:, kept], values, learn, held) < EXPLAINED:
        return []
    for place in range(len(numbers)):
        fewer = [other for other in kept if other != place]
        if fewer and _explained(table[:, fewer], values, learn, held) >= EXPLAINED:
            kept = fewer
    return [numbers[place].name for place in kept]


def _standardized(values: np.ndarray) -> np.ndarray:
    spread = values.std()
    centred: np.ndarray = (values - values.mean()) / (spread if spread else 1)
    return centred


def _explained(table: np.ndarray, values: np.ndarray, learn: np.ndarray, held: np.ndarray) -> float:
    """R squared on the held rows of a linear regression on the others."""
    with_one = np.column_stack([table, np.ones(len(table))])
    weights, *_ = np.linalg.lstsq(with_one[learn], values[learn], rcond=None)
    errors = values[held] - with_one[held] @ weights
    spread = values[held].var()
    return float(1 - np.square(errors).mean() / spread) if spread else 0.0

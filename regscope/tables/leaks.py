"""Columns that give the target away: with them a study asks what is known already.

What is learned from, of classes, sums and means, is every second row, and held against the others,
so that what is learned by heart does not count; a rank correlation learns nothing, and is of all
rows that are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regscope.base.lines import listed
from regscope.tables.kinds import Held

ROWS = 20_000
FEWEST = 40
"""Rows that are looked at, evenly spread; of fewer than FEWEST nothing is said."""

EXPLAINED = 0.9999
"""R squared, or the size of a rank correlation, from which on a number is told by others."""

LEFT = 1 / 50
"""Of the errors of the most frequent class: a column that leaves no more tells the class."""

FEWEST_ERRORS = 5
"""Of the most frequent class, in the held rows: where there are fewer nothing is said."""

ROWS_A_CATEGORY = 4
"""Learned rows for each category, or a column of more is not looked at."""

MOST_COLUMNS = 500
"""Of numbers that are looked at together, the first of them."""

SOME = 1_000
"""Rows by which most columns are seen not to tell a number."""

MOST_TOGETHER = 10
"""A sum of more columns is no leak that an owner would mend."""

RIDGE = 1e-12
"""Added to the variance of each column, which is 1."""


def leaks(columns: Sequence[Held], target: Held) -> dict[str, str]:
    """`{column: why}` of those that give the target away, alone or together.

    Classes are told by any one column; a number by a category's means, by a number or date in
    whatever order its values have, or by a weighted sum of those without gaps.
    """
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
    ranked = _Ranked.of(values, there)
    found = {
        column.name: f"tells {target.name} ({told})"
        for column in columns
        if (told := _tells_number(column, ranked))
    }
    others = [column for column in columns if column.name not in found]
    together = _together(others, values, learn, held)
    why = f"tells {target.name} together ({listed(together)})"
    return found | dict.fromkeys(together, why)


def _whole(column: Held) -> np.ndarray:
    whole = column.values if column.values is not None else column.codes
    assert whole is not None
    return whole


def _missing(column: Held) -> np.ndarray:
    whole = _whole(column)
    return np.isnan(whole) if column.values is not None else whole < 0


def _tells_class(column: Held, codes: np.ndarray, learn: np.ndarray, held: np.ndarray) -> str:
    """How well a column tells the class, or nothing: of a category its most frequent class, and the
    guess for one that was not learned; of numbers and dates a tree, where gaps come first.
    """
    guess = int(np.bincount(codes[learn]).argmax())
    wrong_by_guess = np.count_nonzero(codes[held] != guess)
    if column.codes is not None:
        if len(column.categories) > len(learn) / ROWS_A_CATEGORY:
            return ""
        predicted = _most_frequent(column.codes[learn], codes[learn], guess)[column.codes[held]]
    else:
        from sklearn.tree import DecisionTreeClassifier

        leaves = 2 * len(np.unique(codes[learn]))
        tree = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0)
        filled = np.nan_to_num(_whole(column), nan=-1e30)[:, None].astype(np.float32)
        predicted = tree.fit(filled[learn], codes[learn]).predict(filled[held])
    wrong = np.count_nonzero(codes[held] != predicted)
    if wrong_by_guess < FEWEST_ERRORS or wrong > LEFT * wrong_by_guess:
        return ""
    return f"{1 - wrong / len(held):.1%} of rows by it alone"


def _most_frequent(categories: np.ndarray, classes: np.ndarray, guess: int) -> np.ndarray:
    """By category, the last place being that of a missing one."""
    counts = np.zeros((categories.max(initial=-1) + 2, classes.max() + 1))
    np.add.at(counts, (categories, classes), 1)
    found = np.where(counts.sum(1) > 0, counts.argmax(1), guess)
    # A category that was not learned from: beyond the table, before the last place.
    return np.concatenate([found[:-1], np.full(10_000, guess), found[-1:]])


def _tells_number(column: Held, target: _Ranked) -> str:
    if column.codes is not None:
        return _means_tell(column.codes[target.rows], len(column.categories), target.values)
    own = _whole(column)[target.rows]
    there = ~np.isnan(own)
    if there.all() and target.rules_out(own):
        return ""
    own, values, ranks = own[there], target.values, target.ranks
    if len(own) < FEWEST or len(np.unique(own)) < FEWEST / 2:
        return ""
    correlation = _correlation(_ranks(own), ranks if there.all() else _ranks(values[there]))
    return f"rank correlation {correlation:.4f}" if abs(correlation) >= EXPLAINED else ""


def _means_tell(codes: np.ndarray, categories: int, values: np.ndarray) -> str:
    """Of a category: its means of every second row, held against the others."""
    learn, held = slice(0, None, 2), slice(1, None, 2)
    if categories > len(codes[learn]) / ROWS_A_CATEGORY:
        return ""
    # A missing one has the last place.
    sums, counts = np.zeros((2, categories + 1))
    np.add.at(sums, codes[learn], values[learn])
    np.add.at(counts, codes[learn], 1)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), values[learn].mean())
    left = np.square(values[held] - means[codes[held]]).sum()
    spread = np.square(values[held] - values[held].mean()).sum()
    explained = 1 - left / spread if spread else 0.0
    return f"{explained:.2%} of its variance by it alone" if explained >= EXPLAINED else ""


@dataclass(frozen=True)
class _Ranked:
    """Values of the target in the rows that are looked at, and their ranks."""

    rows: np.ndarray
    values: np.ndarray
    ranks: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, rows: np.ndarray) -> _Ranked:
        return cls(rows, values[rows], _ranks(values[rows]))

    def rules_out(self, own: np.ndarray) -> bool:
        """Whether some of the rows are enough to see that a column does not tell the target.

        A correlation of EXPLAINED in all leaves one above 0.99 in a thousand, as long as no value
        of the target is so frequent that a few other rows decide.
        """
        some = np.linspace(0, len(own) - 1, min(len(own), SOME)).astype(int)
        _, often = np.unique(self.ranks[some], return_counts=True)
        if often.max() > len(some) / 2:
            return False
        return abs(_correlation(_ranks(own[some]), self.ranks[some])) < 0.99


def _ranks(values: np.ndarray) -> np.ndarray:
    from scipy.stats import rankdata

    ranks: np.ndarray = rankdata(values)
    return ranks


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one - one.mean(), other - other.mean()
    size = np.sqrt((one @ one) * (other @ other))
    return float(one @ other / size) if size else 0.0


def _together(
    columns: Sequence[Held], values: np.ndarray, learn: np.ndarray, held: np.ndarray
) -> list[str]:
    """Numbers without gaps whose weighted sum is the target, none of which can be spared; empty
    where there are none, or more than MOST_TOGETHER.

    What adds least is taken out, half of the columns at once or fewer, as long as the others still
    explain the target. Nothing is looked for where there are fewer than four learned rows for each
    column. All are solved from one Gram matrix of the rows that are learned from.
    """
    numbers = [column for column in columns if column.values is not None and not column.missing]
    numbers = [column for column in numbers if np.ptp(_whole(column)[learn]) > 0][:MOST_COLUMNS]
    if not numbers or len(learn) < 4 * len(numbers):
        return []
    sums = _Sums.of(
        np.column_stack([_whole(column)[learn] for column in numbers]),
        np.column_stack([_whole(column)[held] for column in numbers]),
        values[learn],
        values[held],
    )
    kept = np.arange(len(numbers))
    explained, adds = sums.solved(kept)
    if explained < EXPLAINED:
        return []
    out = len(kept) // 2
    while out:
        fewer = np.sort(kept[np.argsort(adds, kind="stable")[out:]])
        explained, adds_of_fewer = sums.solved(fewer)
        if explained >= EXPLAINED:
            kept, adds = fewer, adds_of_fewer
            out = len(kept) // 2
        else:
            out //= 2
    return [numbers[place].name for place in kept] if len(kept) <= MOST_TOGETHER else []


@dataclass(frozen=True)
class _Sums:
    """Weighted sums of columns, standardized by the rows that are learned from.

    gram `[D, D]` and products `[D]` with the target are means over these rows; table `[N, D]` and
    values `[N]` are the held ones.
    """

    gram: np.ndarray
    products: np.ndarray
    table: np.ndarray
    values: np.ndarray

    @classmethod
    def of(
        cls, learn: np.ndarray, held: np.ndarray, values: np.ndarray, held_values: np.ndarray
    ) -> _Sums:
        middle, spread = learn.mean(0), learn.std(0)
        learn, held = (learn - middle) / spread, (held - middle) / spread
        centre = values.mean()
        return cls(
            learn.T @ learn / len(learn),
            learn.T @ (values - centre) / len(learn),
            held,
            held_values - centre,
        )

    def solved(self, kept: np.ndarray) -> tuple[float, np.ndarray]:
        """R squared of the kept columns on the held rows, and by how much the squared error on the
        others would grow without each."""
        # The ridge is far below what any sum needs, and makes columns that come twice add nothing.
        gram = self.gram[np.ix_(kept, kept)] + RIDGE * np.eye(len(kept))
        inverse = np.linalg.inv(gram)
        weights = inverse @ self.products[kept]
        errors = self.values - self.table[:, kept] @ weights
        spread = self.values.var()
        explained = float(1 - np.square(errors).mean() / spread) if spread else 0.0
        return explained, np.square(weights) / np.abs(np.diag(inverse))

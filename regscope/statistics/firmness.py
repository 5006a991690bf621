"""Whether a verdict is firm, or on the edge: one seed, or last digits, would turn it.

A verdict of a family of comparisons is firm where it stays the same

- when any one seed is left out of all cells, with both of Holm's corrections made anew (the
  jackknife's samples, Quenouille 1949), and
- when the same training is repeated with other rounding, as on another processor, which moves the
  mean difference by up to LAST_DIGITS_OF_A_DIFFERENCE of its standard error. Corrected p values
  grow with every p of the family, so two repeats are the worst there are: all differences moved
  towards 0, and all away from it.

A word that hangs on a p close to the level does not outlast the first: a seed fewer weakens every
test. With n seeds, a difference that is to be firm needs a t of about `sqrt(n / (n - 1))` times the
critical one, and more where the seeds lie unevenly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from regscope.statistics.equality import equal_p
from regscope.statistics.intervals import mean_interval
from regscope.statistics.levels import LAST_DIGITS, LAST_DIGITS_OF_A_DIFFERENCE
from regscope.statistics.paired import Comparison, paired_t_p
from regscope.statistics.rounding import mean_and_deviation, paired_differences, tolerance
from regscope.statistics.verdicts import TOO_FEW, judged


@dataclass(frozen=True)
class Pair:
    """One cell and the one that it is held against: values of the same seeds, `[n]` each."""

    seeds: np.ndarray
    cell: np.ndarray
    other: np.ndarray

    def without(self, seed: int) -> Pair:
        kept = self.seeds != seed
        return Pair(self.seeds[kept], self.cell[kept], self.other[kept])

    def nudged(self, direction: int) -> Pair:
        return replace(self, cell=nudged(self.cell, self.other, direction))


def nudged(cell: np.ndarray, other: np.ndarray | float, direction: int) -> np.ndarray:
    """The cell's values after a repeat whose rounding moves all by the same.

    `direction` -1 brings their mean nearer to that of `other`, a cell `[n]` or a number, and not
    past it; 1 takes it farther away; 0 leaves it.
    """
    if not direction or not len(cell):
        return cell
    share = LAST_DIGITS_OF_A_DIFFERENCE if isinstance(other, np.ndarray) else LAST_DIGITS
    gap, spread = mean_and_deviation(paired_differences(cell, other))
    by = share * spread / len(cell) ** 0.5
    if direction < 0:
        by = -min(by, abs(gap))
    return np.asarray(cell + (by if gap >= 0 else -by))


def firm(
    family: Sequence[Pair], higher_is_better: bool | None = True, matters: float | None = None
) -> list[bool | None]:
    """Of each pair whether its verdict is firm; None where there are TOO_FEW seeds for one.

    Holm's correction is over the family, all of it in the same measure, of which more is better or
    not (as `verdict` takes it), and whose smallest difference worth having is `matters`.
    """
    given = verdicts_of(family, higher_is_better, matters)
    kept = [word != TOO_FEW for word in given]
    for repeat in repeats(family) if any(kept) else ():
        found = verdicts_of(repeat, higher_is_better, matters, [len(one.seeds) for one in family])
        kept = [stays and old == new for stays, old, new in zip(kept, given, found, strict=True)]
    return [None if word == TOO_FEW else stays for word, stays in zip(given, kept, strict=True)]


def repeats(family: Sequence[Pair]) -> Iterator[list[Pair]]:
    """The family with each seed left out, and with all differences nudged both ways."""
    for seed in sorted({int(seed) for pair in family for seed in pair.seeds}):
        yield [pair.without(seed) for pair in family]
    for direction in (-1, 1):
        yield [pair.nudged(direction) for pair in family]


def verdicts_of(
    family: Sequence[Pair],
    higher_is_better: bool | None = True,
    matters: float | None = None,
    seeds: Sequence[int] | None = None,
) -> list[str]:
    """The verdict on each pair, corrected over the family.

    `seeds`: how many count towards FEWEST_SEEDS, where one that was left out is to count.
    """
    counts = seeds or [len(pair.seeds) for pair in family]
    compared = [_compared(pair, matters, count) for pair, count in zip(family, counts, strict=True)]
    return [row["verdict"] for row in judged(compared, higher_is_better)]


def _compared(pair: Pair, matters: float | None, seeds: int) -> Comparison:
    """As `compare`, as far as a verdict asks for it; of no seed as of one without a difference."""
    if not len(pair.seeds):
        pair = Pair(*[np.zeros(1)] * 3)
    differences = paired_differences(pair.cell, pair.other)
    rounding = tolerance(pair.cell, pair.other)
    interval = mean_interval(differences)
    return Comparison(
        seeds=seeds,
        difference=interval.mean,
        low=interval.low,
        high=interval.high,
        p_value=paired_t_p(differences),
        p_sign_flip=None,
        probability_better=np.nan,
        probability_low=np.nan,
        probability_high=np.nan,
        detectable_difference=np.nan,
        seeds_needed=None,
        matters=matters,
        p_equal=None if matters is None else equal_p(differences, matters, rounding),
    )

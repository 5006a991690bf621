"""`regscope.compare`: two ways of training, by a number that every seed of each has given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

from regscope.base.errors import RegscopeError
from regscope.base.lines import listed

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from regscope.statistics import Comparison

FEWEST = 2
"""Of a single number there is no spread."""


@dataclass(frozen=True)
class Compared:
    """`other` held against `baseline`.

    `seeds` is how many there are, of two samples the fewer. `difference` is the mean of other
    minus baseline with its 95 % t interval `low` to `high` and two-sided `p_value`: of the paired
    t test, or Welch's. `p_sign_flip` is that of the sign-flip test (paired, from 10 seeds;
    exact up to 20, of more by 100,000 random flips). `probability_better`: that a seed of other is
    better than its pair, or unpaired than any seed of baseline, ties counting half;
    `probability_low` to `probability_high` its 95 % interval (paired only).
    `detectable_difference` is the smallest true difference that as many seeds show with
    probability 0.8, and `seeds_needed` how many (of each) would so show one as large as that seen;
    None where more than a million are. Where it was said what `matters`, `p_equal` is the larger p
    of two one-sided t tests that the true difference is at least that, and `seeds_equal` how many
    seeds would show that one as small as that seen is not. `verdict` is `better`, `worse`, `no
    difference that matters`, `undecided` or `too few seeds` (fewer than 5); `higher` or `lower`
    where neither is better by itself. `note` says in a sentence what is wanting where nothing is
    decided, or that a difference which does not matter is certain, and is '' elsewhere.
    """

    paired: bool
    seeds: int
    baseline_mean: float
    other_mean: float
    difference: float
    low: float
    high: float
    p_value: float
    p_sign_flip: float | None
    probability_better: float
    probability_low: float | None
    probability_high: float | None
    detectable_difference: float
    seeds_needed: int | None
    matters: float | None
    p_equal: float | None
    seeds_equal: int | None
    verdict: str
    note: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        told = (
            f"{self.difference:+.4g} [{self.low:+.4g}, {self.high:+.4g}], p = {self.p_value:.2g}:"
            f" {self.verdict}"
        )
        return f"{told}. {self.note}" if self.note else told


def compare(
    baseline: Sequence[float] | np.ndarray | pd.Series[float],
    other: Sequence[float] | np.ndarray | pd.Series[float],
    *,
    paired: bool = True,
    higher_is_better: bool | None = True,
    matters: float | None = None,
) -> Compared:
    """Hold `other` against `baseline` by one number a seed, as the studies' tables do.

    Paired means that number k of both is of the same seed: the same initialization, split and
    order of batches; of two Series of pandas, that it has the same index, in whatever order.
    `paired=False` takes them as two independent samples (Welch 1947, "The generalization of
    'Student's' problem when several different population variances are involved").
    `higher_is_better` is False of a loss and None of what is neither.

    `matters` is the smallest difference worth having, in the numbers' own units: `no difference
    that matters` needs an interval within ±matters (and a p below 0.05 that the difference is
    larger, which follows from it). Every other verdict but `undecided` needs an interval without 0
    and a p below 0.05. Both need five seeds or more. The verdict is that of one comparison: of
    several, correct the p values (`regscope.statistics.holm`). docs/statistics.md tells the tests
    in plain words.

    Raises RegscopeError, in one line, where there are fewer than two numbers, one is not finite,
    pairs are asked for of unequally many or of Series with other indices, `matters` is not above
    0, or `paired` or `higher_is_better` is another value.
    """
    import numpy as np

    from regscope.statistics import compare as compare_paired
    from regscope.statistics import compare_unpaired, equal_note, undecided_note, verdict

    # Of any other value Python would take the truth for an answer.
    truths = bool, np.bool
    if not isinstance(paired, truths):
        raise RegscopeError(f"paired = {paired!r:.100}: must be True or False")
    if not (higher_is_better is None or isinstance(higher_is_better, truths)):
        raise RegscopeError(
            f"higher_is_better = {higher_is_better!r:.100}: must be True, False or None"
        )
    # numpy's own false is not False.
    better = None if higher_is_better is None else bool(higher_is_better)
    if matters is not None and not (isinstance(matters, Real) and 0 < matters < np.inf):
        raise RegscopeError(f"matters = {matters!r:.100}: must be a finite number above 0")
    if paired:
        other = _aligned(baseline, other)
    first, second = _checked("baseline", baseline), _checked("other", other)
    if paired and len(first) != len(second):
        raise RegscopeError(
            f"baseline has {len(first)} numbers and other {len(second)}: pairs need as many;"
            " otherwise give paired=False"
        )
    found: Comparison = (compare_paired if paired else compare_unpaired)(
        second, first, better is not False, matters=matters
    )
    given = verdict(found, found.p_value, better, found.p_equal)
    note = undecided_note(found, given, in_points=False)
    if certain := equal_note(found, found.p_value, found.p_equal):
        note = f"{certain.capitalize()}."
    values = asdict(found)
    if not paired:
        values |= {"probability_low": None, "probability_high": None}
    return Compared(
        paired=bool(paired),
        baseline_mean=float(np.mean(first)),
        other_mean=float(np.mean(second)),
        **values,
        verdict=given,
        note=note,
    )


def _aligned(baseline: Any, other: Any) -> Any:
    """`other` in the order of `baseline`'s index, where both are Series of pandas.

    Raises RegscopeError where their indices are not the same, or name a seed twice and differ.
    """
    first: Any = getattr(baseline, "index", None)
    second: Any = getattr(other, "index", None)
    # Lists have an `index`, too.
    indexed = all(hasattr(index, "symmetric_difference") for index in (first, second))
    if not indexed or first.equals(second):
        return other
    if len(first) != len(second):
        # What is told of lists is told of these.
        return other
    if not (first.is_unique and second.is_unique) or len(first.symmetric_difference(second)):
        raise RegscopeError(
            f"baseline and other have other indices ({listed(first, most=60)}, and"
            f" {listed(second, most=60)}): pairs need the same, such as the seed"
            " (set_index); to pair by position give .to_numpy()"
        )
    return other.reindex(first)


def _plain(numbers: Any) -> Any:
    """Tensors of torch, also those in a list, as numpy can read them: of any device and format."""
    if isinstance(numbers, list | tuple):
        return [_plain(number) for number in numbers]
    return numbers.detach().cpu().double().numpy() if hasattr(numbers, "detach") else numbers


def _checked(name: str, numbers: Sequence[float] | np.ndarray | pd.Series[float]) -> np.ndarray:
    import numpy as np

    try:
        values = np.asarray(_plain(numbers), dtype=np.float64)
    except (TypeError, ValueError):
        raise RegscopeError(f"{name} = {numbers!r:.100}: must be numbers, one a seed") from None
    if values.ndim != 1 or len(values) < FEWEST:
        raise RegscopeError(
            f"{name}: must be at least {FEWEST} numbers, one a seed, not of shape"
            f" {list(values.shape)}"
        )
    for seed, value in enumerate(values):
        if not np.isfinite(value):
            raise RegscopeError(f"{name}[{seed}] = {value}: must be a finite number")
    return values

"""Whether a difference is too small to matter, and how many seeds it takes to know.

Two one-sided t tests (Schuirmann 1987, "A comparison of the two one-sided tests procedure and the
power approach for assessing the equivalence of average bioavailability"): the true difference is
within ±matters where the seeds reject both that it is as low as -matters and that it is as high as
+matters. What is called equal here has its interval at LEVEL inside ±matters, too, which asks each
of the two tests for a p below (1 - LEVEL) / 2.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from regscope.statistics.levels import LEVEL, POWER, SIGNIFICANCE
from regscope.statistics.power import fewest
from regscope.statistics.rounding import mean_and_deviation
from regscope.statistics.student import quantile, upper_tail

NODES = 64


def equal_p(differences: np.ndarray, matters: float, rounding: float = 0.0) -> float:
    """The larger one-sided p that the true mean is at least `matters` away from 0.

    Without any spread it is 1 outside, and inside the smallest that the one-sided sign-flip test
    could give, `1 / 2**n`; a mean that `rounding` might have brought inside is outside. 1 of fewer
    than two differences.
    """
    if len(differences) < 2:
        return 1.0
    mean, deviation = mean_and_deviation(differences)
    room = matters - abs(mean) - rounding
    return one_sided_p(
        room,
        deviation / math.sqrt(len(differences)),
        len(differences) - 1,
        2.0 ** -len(differences),
    )


def one_sided_p(room: float, error: float, freedom: float, smallest: float) -> float:
    """Of a mean that lies `room` inside its margin, with its standard error.

    `smallest` stands in where there is no spread.
    """
    if not error:
        return smallest if room > 0 else 1.0
    return upper_tail(room / error, freedom)


def equality_level(comparisons: int = 1) -> float:
    """What each one-sided p must be below: by Holm's first step, and by the interval at LEVEL."""
    return min(SIGNIFICANCE / comparisons, (1 - LEVEL) / 2)


def equality_power(seeds: int, effect: float, margin: float, comparisons: int = 1) -> float:
    """The probability that `seeds` (at least 2) differences are called equal.

    `effect` and `margin` are the true mean difference and what matters, both in units of the
    differences' standard deviation.
    """
    root = math.sqrt(seeds)
    return power_within(effect * root, margin * root, seeds - 1, comparisons)


def power_within(shift: float, margin: float, freedom: float, comparisons: int = 1) -> float:
    """The same with the true difference and the margin in standard errors.

    Given the spread, the mean is normal; the spread's chi distribution is integrated over by
    Gauss and Legendre's rule as far as it leaves any room inside the margin (Phillips 1990, "Power
    of the two one-sided tests procedure in bioequivalence").
    """
    from scipy.special import chdtr, chdtri, ndtr

    critical = -quantile(equality_level(comparisons), freedom)
    most = chdtr(freedom, freedom * (margin / critical) ** 2)
    nodes, weights = _gauss()
    spread = np.sqrt(chdtri(freedom, 1 - most * nodes) / freedom)
    room = margin - critical * spread
    inside = ndtr(room - shift) - ndtr(-room - shift)
    return float(most * (weights @ np.maximum(inside, 0)))


@cache
def _gauss() -> tuple[np.ndarray, np.ndarray]:
    """Places and weights between 0 and 1."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return (nodes + 1) / 2, weights / 2


def seeds_for_equality(
    deviation: float, difference: float, matters: float, power: float = POWER, comparisons: int = 1
) -> int | None:
    """The fewest seeds that call a true `difference` equal with probability `power`.

    `deviation` is the standard deviation of the paired differences. None where more than MOST_SEEDS
    are needed, as for a difference that matters. Differences without any spread need as many as
    bring the p that stands in for theirs, `1 / 2**n`, below `equality_level`.
    """
    if abs(difference) >= matters:
        return None
    if not deviation:
        return math.floor(-math.log2(equality_level(comparisons))) + 1
    effect, margin = difference / deviation, matters / deviation
    return fewest(lambda seeds: equality_power(seeds, effect, margin, comparisons) >= power)

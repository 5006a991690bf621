"""Student's t distribution, central and not, by scipy's own functions for it.

`scipy.stats` gives the same numbers and takes a second and a half to load, which every command that
judges a table would wait for.
"""

from __future__ import annotations

import math
from functools import cache


@cache
def quantile(probability: float, freedom: float) -> float:
    """Below it lies `probability` of the distribution with `freedom` degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def upper_tail(value: float, freedom: float) -> float:
    """The probability of more than `value`."""
    from scipy.special import stdtr

    return float(stdtr(freedom, -value))


def rejection(critical: float, freedom: float, shift: float) -> float:
    """The probability that |t| exceeds `critical` where its true value is `shift` errors from 0."""
    from scipy.special import nctdtr

    below = float(nctdtr(freedom, shift, critical))
    # scipy has no number for what is too small for one; the other tail is below 3e-7 from 5 on.
    power = 1.0 if math.isnan(below) else 1 - below
    return power + (float(nctdtr(freedom, shift, -critical)) if shift < 5 else 0.0)

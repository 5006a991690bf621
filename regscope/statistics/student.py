"""Student's t distribution, by scipy's own functions for it.

`scipy.stats` gives the same numbers and takes a second and a half to load, which every command that
judges a table would wait for.
"""

from __future__ import annotations

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

"""Where a function crosses zero, by Brent's method, 1973.

The steps are those of `scipy.optimize.brentq`, and so are the bits; that takes a fifth of a second
to load, which every command that shows a published run would wait for.
"""

from __future__ import annotations

from collections.abc import Callable
from math import copysign

RELATIVE = 8.881784197001252e-16
"""Of the root itself, what it may be off by besides: four times the distance of 1 to the next."""

MOST_STEPS = 100


def root(function: Callable[[float], float], low: float, high: float, within: float) -> float:
    """A root of the function between two places, at most `within` off.

    Raises ValueError where its values there have one sign, or after MOST_STEPS steps.
    """
    before, here, other = float(low), float(high), 0.0
    at_before, at_here, at_other = function(before), function(here), 0.0
    if not at_before:
        return before
    if not at_here:
        return here
    if not _apart(at_before, at_here):
        raise ValueError(f"no change of sign between {low} and {high}")
    last = step = 0.0
    for _ in range(MOST_STEPS):
        if at_before and at_here and _apart(at_before, at_here):
            other, at_other = before, at_before
            last = step = here - before
        if abs(at_other) < abs(at_here):
            before, here, other = here, other, here
            at_before, at_here, at_other = at_here, at_other, at_here
        least, half = (within + RELATIVE * abs(here)) / 2, (other - here) / 2
        if not at_here or abs(half) < least:
            return here
        tried = None
        if abs(last) > least and abs(at_here) < abs(at_before):
            if before == other:
                tried = -at_here * (here - before) / (at_here - at_before)
            else:
                slope = (at_before - at_here) / (before - here)
                far = (at_other - at_here) / (other - here)
                rise = at_other * far - at_before * slope
                tried = -at_here * rise / (far * slope * (at_other - at_before))
            if not 2 * abs(tried) < min(abs(last), 3 * abs(half) - least):
                tried = None
        last, step = (half, half) if tried is None else (step, tried)
        before, at_before = here, at_here
        here += step if abs(step) > least else copysign(least, half)
        at_here = function(here)
    raise ValueError(f"no root between {low} and {high} after {MOST_STEPS} steps")


def _apart(one: float, another: float) -> bool:
    return copysign(1, one) != copysign(1, another)

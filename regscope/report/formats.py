"""Numbers as text: accuracies in percent, differences in percentage points, a true minus sign."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

DASH = "–"
MINUS = "−"
ABOUT = "≈ "
"""Before a number that makes no difference that matters."""
EDGE = "edge"
"""In brackets behind a verdict that one seed, or last digits, would turn."""
UNCORRECTED = "not after correction"
"""In brackets behind undecided where the interval leaves out 0 and the corrected p is too large."""


def fixed(value: float, decimals: int, signed: bool = False) -> str:
    """`decimals` digits after the point; what rounds to zero has no sign.

    nan and infinity are a dash.
    """
    if not math.isfinite(value):
        return DASH
    if value > 0 and not signed:
        return f"{value:.{decimals}f}"
    text = f"{value:{'+' if signed else ''}.{decimals}f}"
    if not text.strip("+-0."):
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


def percent(fraction: float, decimals: int = 2) -> str:
    return fixed(100 * fraction, decimals)


def points(difference: float) -> str:
    """A difference of two fractions, in percentage points."""
    return fixed(100 * difference, 2, signed=True)


def points_range(low: float, high: float) -> str:
    """An interval; a dash where there is none, as of one seed."""
    return DASH if math.isnan(low) else f"[{points(low)}, {points(high)}]"


def p_value(value: float) -> str:
    return "<0.001" if value < 0.001 else fixed(value, 3)


def column(values: Sequence[float | None]) -> list[str]:
    """One number of decimals for all: three significant digits for the smallest, and never more
    than five for the largest. What is missing (None, nan) is a dash."""
    known = [None if value is None or math.isnan(value) else value for value in values]
    sizes = [abs(value) for value in known if value]
    decimals = min(_decimals(min(sizes), 3), _decimals(max(sizes), 5)) if sizes else 0
    return [DASH if value is None else fixed(value, decimals) for value in known]


def fixed_column(
    decimals: int, scale: float = 1.0
) -> Callable[[Sequence[float | None]], list[str]]:
    """A column with a stated number of decimals, each value times `scale`."""

    def shown(values: Sequence[float | None]) -> list[str]:
        return [
            DASH if value is None or math.isnan(value) else fixed(scale * value, decimals)
            for value in values
        ]

    return shown


def known(value: float | None) -> float | None:
    """None for what is missing, which is nan once it was read from a table."""
    return None if value is None or math.isnan(value) else value


def known_text(value: object) -> str:
    """Empty for what is missing, which is nan once it was read from a table."""
    return value if isinstance(value, str) else ""


def seeds_needed(value: float | None, most: int = 1_000_000) -> str:
    """A number of seeds; empty in the tables where no number up to `most` would do."""
    seeds = known(value)
    return f">{most:,}" if seeds is None else f"{round(seeds):,}"


def with_range(value: str, low: str, high: str) -> str:
    """An estimate and its interval: `0.90 [0.60, 0.98]`; without one the estimate alone."""
    return value if DASH in (low, high) else f"{value} [{low}, {high}]"


def _decimals(size: float, digits: int) -> int:
    return max(0, digits - 1 - math.floor(math.log10(size)))


def plain(value: float) -> str:
    """A setting as people write it: 0.00001, not 1e-05."""
    import numpy as np

    return str(np.format_float_positional(value, trim="-"))

"""What sentences about results are made of."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from regscope.report.columns import comparisons, on_edge, values
from regscope.report.measured import BY_KEY, Measure
from regscope.report.sections import Section
from regscope.results import told
from regscope.results.guessed import NO
from regscope.study.params import BASELINE

SOME_ZEROS = 0.01
"""Of the weights: from here on a method is said to set some to zero."""

NO_ZEROS = "No method sets a hundredth of the weights to exactly zero"
ZEROS = "zero_fraction"

Row = Mapping[Any, Any]
Claim = Mapping[str, Any]


def noted(note: str) -> str:
    return f" ({note})" if note else ""


def firmly(section: Section, rows: Mapping[Any, Row], verdict: str) -> list[str]:
    """The cells with this verdict, firmly, in order."""
    return [
        reg
        for reg in section.regs
        if reg in rows and reg != BASELINE and told(rows[reg]) == verdict and not on_edge(rows[reg])
    ]


def by_gain(section: Section) -> list[str]:
    """The cells that are firmly better in what the study is about, the largest gain first."""
    measure = BY_KEY[section.results.primary]
    compared = comparisons(section.results, measure.key)
    better = firmly(section, compared, "better")
    return sorted(better, key=lambda reg: -measure.entry.sign * float(compared[reg]["difference"]))


def guessing(section: Section) -> Collection[str]:
    """The cells that are no better than a guess in what the study is about."""
    compared = comparisons(section.results, section.results.primary)
    return {
        *section.results.lost,
        *(r for r, row in compared.items() if row.get("beats_guess") == NO),
    }


def zero_shares(section: Section) -> dict[str, float]:
    """The mean share of weights that are exactly zero, by cell; of those that have it.

    Nothing where the baseline has as many but for less than SOME_ZEROS: that is no method's doing.
    """
    if ZEROS not in section.results.seeds.columns:
        return {}
    cells = [reg for reg in section.regs if reg in section.results.cells]
    shares = {reg: float(values(section.results, reg, ZEROS).mean()) for reg in cells}
    own = shares.pop(BASELINE)
    return {
        reg: share if math.isnan(own) or share - own >= SOME_ZEROS else 0.0
        for reg, share in shares.items()
        if not math.isnan(share)
    }


def number_of(claim: Claim) -> str:
    """Of the document that makes it."""
    return str(claim["document"]).partition("_")[0]


def baseline_level(section: Section, measure: Measure) -> str:
    """The baseline's mean, with its unit."""
    value = measure.value(values(section.results, BASELINE, measure.key).mean())
    return f"{value}{' %' if measure.entry.is_share else unit_of(measure)}"


def unit_of(measure: Measure) -> str:
    """Of a difference."""
    return " points" if measure.entry.in_points else ""


def signed(row: Row, measure: Measure) -> str:
    return measure.difference(float(row["difference"]))


def sized(row: Row, measure: Measure, interval: bool = True) -> str:
    """How large a difference is, which has a direction already, with its interval."""
    shown = f"{measure.value(abs(float(row['difference'])))}{unit_of(measure)}"
    if not interval:
        return shown
    return f"{shown} {_ends(row, measure)}"


def interval_of(row: Row, measure: Measure) -> str:
    """The interval of a difference, with its unit, or else what it is a difference in."""
    return f"{_ends(row, measure)}{unit_of(measure) or f' in {measure.name}'}"


def _ends(row: Row, measure: Measure) -> str:
    return f"[{', '.join(measure.difference(float(row[end])) for end in ('low', 'high'))}]"

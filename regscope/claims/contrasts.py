"""Contrasts that are rows of a study's comparisons.csv, corrected as those rows are.

A cell against the baseline in a compared measure is judged once: by Holm's correction over the
study's cells, whatever else a document says. A claim that rests on it cannot disagree with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regscope.claims.advised import TREES
from regscope.claims.check import Check, Contrast, Equal
from regscope.claims.evidence import Evidence, Pair, contrast
from regscope.claims.rule import Rule
from regscope.results.compared import COMPARED
from regscope.statistics import holm
from regscope.study.params import BASELINE


@dataclass(frozen=True)
class Corrected:
    """Corrected over `cells`: p of the effect, and of its being as large as what matters."""

    p_holm: float
    p_equal_holm: float | None
    cells: int


def is_row(check: Check, pair: Pair) -> bool:
    """Whether the study's own table, or its advice, compares the same."""
    table, column = check.parsed
    if table == "advice":
        compared = not check.parsed.counts_tables and pair.cell != TREES
    else:
        compared = table == "seeds" and column in COMPARED
    return compared and pair.against == BASELINE


def corrected_over_cells(check: Contrast, evidence: Evidence, rule: Rule) -> dict[str, Corrected]:
    """`{cell: p values}` of the check's question, asked of every cell of the study, or of every arm
    of its advice.

    Of `equal` with a margin of its own, the question is whether the difference is within it; its
    p outside the margin counts there alone.
    """
    family = evidence.family(check)
    baseline = family[BASELINE]
    found = {}
    for reg, values in family.items():
        shared = values.index.intersection(baseline.index)
        if reg != BASELINE and len(shared):
            own, other = (
                series.loc[shared].to_numpy(dtype=np.float64) for series in (values, baseline)
            )
            found[reg] = contrast(check, own, other, evidence, rule)
    p_values = [
        1.0 if isinstance(check, Equal) and one.oriented.mean >= 0 else one.p_value
        for one in found.values()
    ]
    margins = [one.p_equal for one in found.values() if one.p_equal is not None]
    equal = holm(margins) if margins else [None] * len(found)
    return {
        reg: Corrected(p_holm, p_equal_holm, len(found))
        for reg, p_holm, p_equal_holm in zip(found, holm(p_values), equal, strict=True)
    }

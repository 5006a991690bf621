"""How far one run can be trusted, and how many seeds a difference takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regscope.base.lines import joined
from regscope.measures.catalog import ACCURACY
from regscope.report.evidence import Evidence
from regscope.report.formats import DASH, percent
from regscope.report.render import Cell, Table
from regscope.statistics import combined_error, seeds_table, test_set_error
from regscope.study.params import BASELINE


def seed_counts_table(found: Sequence[Evidence]) -> Table:
    """A row a study with an accuracy and two seeds or more: errors of a single run of the baseline,
    the median over cells of the paired differences' standard deviation, and the seeds that calls
    for, where the p value must outlast Holm's correction over the study's cells."""
    rows = []
    wanted: list[float] = []
    for evidence in found:
        if ACCURACY not in evidence.seeds.columns:
            continue
        others = dict(evidence.accuracies)
        baseline = others.pop(BASELINE)
        if len(baseline) < 2 or not others:
            continue
        deviation, accuracy = float(np.nanstd(baseline, ddof=1)), float(np.nanmean(baseline))
        # Examples of a group may err together: their number gives no standard error.
        alone = evidence.trained.split.by != "group"
        examples = evidence.test_examples
        paired = float(np.median([np.nanstd(own - baseline, ddof=1) for own in others.values()]))
        needed = seeds_table(paired, comparisons=len(others))
        wanted = list(needed)
        rows.append(
            (
                Cell(evidence.study),
                Cell(percent(deviation)),
                Cell(percent(test_set_error(accuracy, examples)) if alone else DASH),
                Cell(percent(combined_error(deviation, accuracy, examples)) if alone else DASH),
                Cell(percent(paired)),
                Cell(f"{len(others)}"),
                *(Cell(DASH if seeds is None else f"{seeds:,}") for seeds in needed.values()),
            )
        )
    headings = (
        "Study",
        "SD of seeds, points",
        "Error of the test set, points",
        "Error of one run, points",
        "Paired SD, points",
        "Cells compared",
        *(f"Seeds for {percent(difference)} points" for difference in wanted),
    )
    return Table("Seeds needed", headings, tuple(rows))


def not_counted(found: Sequence[Evidence]) -> str:
    """Which studies `seed_counts_table` leaves out for what they are about; empty for none."""
    names = [evidence.study for evidence in found if ACCURACY not in evidence.seeds.columns]
    if not names:
        return ""
    return (
        f"Without {joined(names)}, whose targets are numbers: the points are of accuracies. What"
        " their differences take stands in the table of each one's page."
    )

"""What the pages say of sentences beside the accuracy over their words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regscope.measures.catalog import ACCURACY, of_part
from regscope.report.columns import MEANS, by_reg, mean_and_half_width, values
from regscope.report.formats import percent
from regscope.report.render import Cell, Table
from regscope.results import StudyResults
from regscope.study.params import BASELINE

COLUMNS = (
    ("Words (test accuracy), %", ACCURACY),
    *((measure.called(), measure.name) for measure in of_part("words")),
)

READINGS = (
    "Counting padding: sentences are padded to the longest one, and every padded place counts as"
    " right, as it does where padding is a class of its own. Unknown words: those of the test that"
    " the vocabulary does not have. Most frequent tag: every word gets the tag that it had most"
    " often in training, an unknown one the most frequent tag of words seen once there; this takes"
    " no network, and is the same for all cells."
)


def readings_table(results: StudyResults, regs: Sequence[str]) -> Table | None:
    """Accuracy by what is counted; None of a study that is not of sentences."""
    if "padded_accuracy" not in results.seeds.columns:
        return None

    def row(reg: str) -> list[Cell]:
        return [Cell(_shown(values(results, reg, measure))) for _, measure in COLUMNS]

    headings = [heading for heading, _ in COLUMNS]
    best = range(1, 1 + len(COLUMNS))
    return by_reg(MEANS, headings, results.cells, regs, row, largest_first=best)


def _shown(measured: np.ndarray) -> str:
    """Of what no seed can change, the value alone."""
    if (measured == measured[0]).all():
        return percent(float(measured[0]))
    return mean_and_half_width(measured, percent)


def test_error(results: StudyResults, sentences: int) -> str:
    """What the finite test set adds, and why comparisons do not need it."""
    accuracy = percent(values(results, BASELINE, ACCURACY).mean())
    error = percent(values(results, BASELINE, "test_error").mean())
    return (
        f"All cells are tested on the words of the same {sentences:,} sentences. Other sentences"
        f" would move an accuracy of {accuracy} % by a standard error of {error} points, which the"
        " intervals leave out: they hold for this test set."
    )

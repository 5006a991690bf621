"""`regscope.plot_compare`: test scores of trained cells, seed by seed, as the report draws them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regscope.base.errors import RegscopeError
from regscope.base.lines import shown
from regscope.library.trained import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from regscope.figures.accuracy import Row
    from regscope.measures.catalog import Measure

FEWEST = 2


def plot_compare(*cells: Trained, labels: Sequence[str] | None = None) -> Figure:
    """The test accuracy, or R squared, of two or more trained cells, as the report draws it.

    A row a cell: every seed, the mean with its 95 % t interval, and beside it the mean difference
    to the first cell, seed by seed, with its 95 % interval and verdict. Verdicts are those of the
    studies: paired t tests, and two one-sided ones against the first study's `evaluation.matters`,
    with Holm's correction over the cells; not whether a seed would turn them, nor whether a cell is
    better than a guess. `labels` name the rows where the names of the cells do not say enough, such
    as two strengths of one method.

    The figure is matplotlib's own, and known to no pyplot: `figure.savefig("compared.png")` keeps
    it, and a notebook shows it.

    Raises RegscopeError, in one line, where there are fewer than two cells, one is no Trained, has
    another number of seeds, or was trained on other data, or two would have the same name.
    """
    from regscope.figures.accuracy import compared, notes, tally
    from regscope.figures.layout import captioned
    from regscope.library.drawing import in_house_style, named_cells, titled
    from regscope.measures.catalog import named

    if len(cells) < FEWEST:
        raise RegscopeError(
            f"plot_compare: needs {FEWEST} cells or more, one by one and not in a list, not"
            f" {len(cells)}"
        )
    found = named_cells(Trained, cells, labels)
    _check_pairs(cells)
    measure = named(cells[0].study.task.measure)
    rows = _rows(found, measure)
    against = rows[0].label
    verdicts = [row.verdict for row in rows[1:]]
    unit = "points" if measure.in_points else measure.title
    caption = captioned(
        titled(cells),
        len(cells[0].seeds),
        *notes(against),
        f"below it: mean difference to {against}, seed by seed, and its 95 % interval ({unit})",
    )
    title = tally(measure.title, verdicts, against)
    return in_house_style(lambda: compared(rows, measure, title, caption))


def _check_pairs(cells: Sequence[Trained]) -> None:
    """Seed k is the same split of the same data in all cells, or there is nothing to pair."""
    first = cells[0]
    for number, cell in enumerate(cells):
        for key in ("data", "split"):
            theirs, ours = getattr(cell.study, key), getattr(first.study, key)
            if theirs != ours:
                raise RegscopeError(
                    f"cell {number}, {shown(cell.reg)}, is of other {key} than the first"
                    f" ({shown(str(theirs))}, not {shown(str(ours))}): seeds are no pairs"
                )


def _rows(cells: Sequence[tuple[str, str, Trained]], measure: Measure) -> list[Row]:
    import numpy as np

    from regscope.figures.accuracy import BESIDE_BASELINE, Row
    from regscope.statistics import compare, judged

    scores = [np.asarray(cell.test_scores) for _, _, cell in cells]
    better = measure.higher_is_better
    matters = cells[0][2].study.evaluation.matters
    family = [
        compare(score, scores[0], better is not False, len(scores) - 1, matters)
        for score in scores[1:]
    ]
    told = [(BESIDE_BASELINE, "")]
    for comparison, found in zip(family, judged(family, better), strict=True):
        shifts = (comparison.difference, comparison.low, comparison.high)
        told.append((found["verdict"], _interval(shifts, measure)))
    return [
        Row(name, colour, measure.scale * score, verdict, detail, baseline=not number)
        for number, ((name, colour, _), score, (verdict, detail)) in enumerate(
            zip(cells, scores, told, strict=True)
        )
    ]


def _interval(shifts: tuple[float, float, float], measure: Measure) -> str:
    """Such as `+0.52 [−0.10, +1.14]`; of one seed there is no interval."""
    mean, low, high = (
        f"{measure.scale * shift:+.{measure.decimals}f}".replace("-", "−") for shift in shifts
    )
    return mean if low == "+nan" else f"{mean} [{low}, {high}]"

"""The tables of a comment."""

from __future__ import annotations

from collections.abc import Sequence

from regscope.measures.catalog import ACCURACY
from regscope.report.formats import DASH, EDGE
from regscope.report.measured import BY_KEY
from regscope.report.render import Cell, Table
from regscope.results import NO_BETTER
from regscope.review.cells import CellChange
from regscope.review.dotted import Change
from regscope.review.flips import Flip, Verdict
from regscope.review.limits import Limits
from regscope.review.metrics import Seeds
from regscope.review.metrics_diff import Rows
from regscope.statistics import FEWEST_SEEDS, mean_and_deviation


def cells_table(changed: Sequence[CellChange], limits: Limits) -> Table:
    """Test accuracies in percent, differences in points with their intervals."""
    columns = (
        "Study", "Cell", "Before, %", "After, %", "Difference, points", "95 % interval",
        "Against the seeds' noise", "Settings",
    )  # fmt: skip
    rows = tuple(
        (
            Cell(change.study),
            Cell(f"{change.cell}{_about(change)}"),
            Cell(_mean(change.before, change)),
            Cell(_mean(change.after, change)),
            *_judged(change),
            Cell(limits.told(change.settings)),
        )
        for change in changed
    )
    return Table("", columns, rows, frozenset({0, 1, 6, 7}))


def flips_table(flipped: Sequence[Flip]) -> Table:
    rows = tuple(
        (Cell(flip.subject), Cell(_told(flip.before)), Cell(_told(flip.after))) for flip in flipped
    )
    return Table("", ("Verdict on", "Before", "After"), rows, frozenset({0, 1, 2}))


def _told(verdict: Verdict) -> str:
    firmness = {True: " (firm)", False: f" ({EDGE})", None: ""}
    return verdict.word + firmness[verdict.firm]


def params_table(changed: Sequence[Change]) -> Table:
    rows = tuple((Cell(change.key), Cell(change.before), Cell(change.after)) for change in changed)
    return Table("", ("Key", "Before", "After"), rows, frozenset({0, 1, 2}))


def dvc_table(rows: Rows) -> Table:
    """DVC's own, with its first two columns, path and metric, as words."""
    body = tuple(tuple(Cell(entry) for entry in row) for row in rows[1:])
    return Table("", tuple(rows[0]), body, frozenset({0, 1}))


def _about(change: CellChange) -> str:
    """Of what the numbers are, where that is not test accuracy."""
    return "" if change.measure == ACCURACY else f" ({BY_KEY[change.measure].name})"


def _mean(seeds: Seeds, change: CellChange) -> str:
    measure = BY_KEY[change.measure]
    return measure.value(mean_and_deviation(list(seeds.values()))[0]) if seeds else DASH


def _judged(change: CellChange) -> tuple[Cell, Cell, Cell]:
    difference, measure = change.difference, BY_KEY[change.measure]
    note = f", {NO_BETTER}" if change.guess else ""
    if difference is None:
        return Cell(DASH), Cell(DASH), Cell(f"{change.kind}{note}")
    interval = difference.interval
    pairing = (
        ""
        if difference.paired
        else f", unpaired: {len(change.before)} seeds -> {len(change.after)} seeds"
        if len(change.before) != len(change.after)
        else ", unpaired: other seeds"
    )
    # What is beyond noise stands out, as verdicts do elsewhere; a constant guess does not.
    direction = "" if change.guess else "higher" if interval.mean > 0 else "lower"
    told = {
        "equal": Cell(f"no difference{pairing}{note}"),
        "within": Cell(f"within noise{pairing}{note}"),
        "beyond": Cell(f"beyond noise{pairing}{note}", verdict=direction),
        "too few seeds": Cell(
            f"too few seeds to tell: {difference.seeds} of at least {FEWEST_SEEDS}{pairing}"
        ),
    }[change.kind]
    ends = ", ".join(measure.difference(end) for end in (interval.low, interval.high))
    shown = f"[{ends}]" if difference.seeds > 1 else DASH
    return Cell(measure.difference(interval.mean)), Cell(shown), told

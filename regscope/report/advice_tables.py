"""The tables of advice: every choice, the parts of a cocktail, and a row a study."""

from __future__ import annotations

from collections.abc import Mapping

from regscope.figures.style import display_name
from regscope.measures import catalog
from regscope.report.advice_phrases import (
    Arm,
    Data,
    arm_name,
    arm_of,
    held,
    interval,
    methods_told,
    number,
    size,
    size_with_unit,
    strengths,
    times,
    training,
    unit,
    value,
)
from regscope.report.formats import DASH
from regscope.report.render import Cell, Table
from regscope.study.params import BASELINE


def table(data: Data) -> Table:
    """Every arm at its best, the best on test first."""
    measure = catalog.named(data["measure"])
    ranked = sorted(
        data["arms"],
        key=lambda arm: -measure.sign * (arm["test"] if arm["test"] is not None else 0),
    )
    rows = []
    for arm in ranked:
        compared = arm["arm"] != BASELINE
        rows.append(
            (
                Cell(arm_name(arm), reg=arm["arm"]),
                Cell(strengths(arm) or DASH),
                Cell(f"{arm['learning_rate']:g}"),
                Cell(str(arm["epochs"])),
                Cell(number(data, arm["validation"])),
                Cell(number(data, arm["test"])),
                Cell(size(data, arm["difference"]) if compared else DASH),
                Cell(interval(data, arm["low"], arm["high"]) if compared else DASH),
                Cell(interval(data, arm["new_low"], arm["new_high"]) if "new_low" in arm else DASH),
                verdict_cell(arm) if compared else Cell(DASH),
                Cell(times(data, arm) or DASH),
            )
        )
    caption = (
        f"Each with its best setting of {data['trials']} tried at most, chosen on validation;"
        f" {measure.phrase} over {data['test_seeds']} fresh seeds, differences to {BASELINE} at its"
        " best, corrected for all; the time that training takes, against none's"
    )
    columns = (
        "Method", "Strength", "Learning rate", "Epochs", f"Validation{unit(measure)}",
        f"Test{unit(measure)}", "Difference", "95 % interval", "For new examples", "Verdict",
        "Time",
    )  # fmt: skip
    return Table(caption, columns, tuple(rows), frozenset({0, 1, 9}))


def parts(data: Data) -> Table | None:
    """What each method of the cocktail adds to the others; None where there is no cocktail."""
    if not data["parts"]:
        return None
    sign = catalog.named(data["measure"]).sign
    rows = tuple(
        (
            Cell(display_name(part["method"]), reg=part["method"]),
            Cell(size(data, part["difference"])),
            Cell(interval(data, part["low"], part["high"])),
            Cell(part["verdict"], part["verdict"], edge=not part["firm"]),
        )
        for part in sorted(data["parts"], key=lambda part: -sign * part["difference"])
    )
    caption = "What each part of the cocktail adds: with all of it against without that part"
    return Table(
        caption, ("Part", "Difference", "95 % interval", "Verdict"), rows, frozenset({0, 3})
    )


def overview(found: Mapping[str, Data]) -> Table:
    """A row a study: what to use, what it buys, and how sure that is."""
    rows = []
    for name, data in found.items():
        arm = arm_of(data, data["advised"])
        compared = arm["arm"] != BASELINE
        rows.append(
            (
                Cell(name),
                Cell(methods_told(arm) if compared else "no regularizer"),
                Cell(training(arm)),
                Cell(value(data, arm["test"])),
                Cell(size_with_unit(data, arm["difference"]) if compared else DASH),
                Cell(interval(data, *held(arm)) if compared else DASH),
                Cell(f"{len(data['arms'])} x {data['trials']}"),
            )
        )
    columns = (
        "Study", "Use", "Trained with", "Test", "Against none", "95 % interval", "Methods x trials",
    )  # fmt: skip
    caption = (
        "Each method with the best of as many settings, chosen on validation; judged with fresh"
        " seeds on examples that the search never saw"
    )
    return Table(caption, columns, tuple(rows), frozenset({0, 1, 2}))


def verdict_cell(arm: Arm) -> Cell:
    """What it is beside none, here and elsewhere."""
    if arm["verdict"] == "better" and not arm["beats_guess"]:
        return Cell("better, not than a guess")
    if arm["verdict"] in ("better", "worse") and not arm.get("holds", True):
        return Cell(f"{arm['verdict']} on these examples")
    return Cell(arm["verdict"], arm["verdict"], edge=not arm.get("firm"))

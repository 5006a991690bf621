"""The best constant guess as a line, where an axis reaches down to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from regscope.figures.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regscope.measures.catalog import Measure

GUESS = "guess"
"""What tells the line from those of cells."""


def guess_line(axis: Axes, value: float | None, along: Literal["x", "y"] = "y") -> None:
    """A dotted line at `value` on the axis `along`, which stays as it is: nothing where it does
    not hold the value."""
    if value is None:
        return
    limits = axis.get_xlim() if along == "x" else axis.get_ylim()
    if min(limits) <= value <= max(limits):
        draw = axis.axvline if along == "x" else axis.axhline
        draw(value, gid=GUESS, color=INK, lw=0.9, ls=(0, (1, 1.6)), zorder=1)
        (axis.set_xlim if along == "x" else axis.set_ylim)(limits)


def guess_note(
    measure: Measure, score: float | None = None, loss: float | None = None
) -> tuple[str, ...]:
    """The note of a caption on the guess's score by `measure`, and its loss; none where neither is
    known."""
    shown = []
    if score is not None:
        what, number = measure.phrase.removeprefix("test "), f"{score:.3f}".replace("-", "−")
        shown = [f"{100 * score:.2f} %" if measure.is_share else f"{what} {number}"]
    shown += [f"loss {loss:.3f}"] if loss is not None else []
    if not shown:
        return ()
    return (f"dotted, where the axis reaches it: the constant guess ({', '.join(shown)})",)

"""bench/results/ratios.png and growth.png."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench import names, ratios
from regscope.figures.layout import SEPARATOR, panels, sheet
from regscope.figures.marks import colours
from regscope.figures.style import GREY, INK, render

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OURS = "ours"
TITLES = {"ways_mnist": "Dense network, MNIST", "ways_fashion": "Convolutions, Fashion-MNIST"}
OURS_COLOUR, OTHERS_COLOUR = colours(("dropout", "l1")).values()
Measured = Mapping[str, Any]


def ratios_figure(found: Mapping[str, Measured]) -> bytes:
    """A panel a job: how many times as long as regscope (in float32) each way takes."""
    return render(_draw_ratios, {kind: found[kind] for kind in TITLES if kind in found})


def growth_figure(measured: Measured) -> bytes:
    """Seconds above, memory below, as one thing after another grows."""
    return render(_draw_growth, measured)


def _draw_ratios(found: Mapping[str, Measured]) -> Figure:
    rows = max(len(measured["rounds"][0]) for measured in found.values())
    notes = ("bar: median over rounds", "line: lowest and highest round")
    figure = sheet(
        4.9 * len(found),
        0.42 * rows + 1.3,
        "Time for the same training, as a multiple of regscope's",
        SEPARATOR.join(notes),
    )
    grid = figure.subplots(1, len(found), squeeze=False)[0]
    for axis, (kind, measured) in zip(grid, found.items(), strict=True):
        _ratio_panel(axis, measured)
        axis.set_title(TITLES[kind], loc="left", fontsize=9, fontweight="bold", color=INK)
    return figure


def _ratio_panel(axis: Axes, measured: Measured) -> None:
    job, rounds = measured["job"], measured["rounds"]
    ways = list(rounds[0])
    longest = 0.0
    for row, way in enumerate(ways):
        found = ratios.ratio_spread(rounds, way, OURS, job["seeds"], job["short"])
        colour = OURS_COLOUR if way.startswith(OURS) else OTHERS_COLOUR
        axis.barh(row, found.middle, height=0.62, color=colour, alpha=0.85, lw=0)
        axis.plot([found.low, found.high], [row, row], color=INK, lw=1.6)
        axis.annotate(
            f"{found.middle:.1f}", (found.high, row), (5, 0), textcoords="offset points",
            va="center", color=INK,
        )  # fmt: skip
        longest = max(longest, found.high)
    axis.axvline(1, color=GREY, lw=0.8)
    axis.set_xlim(0, 1.12 * longest)
    axis.set_yticks(range(len(ways)), [names.WAYS[way] for way in ways], fontsize=9)
    axis.set_ylim(len(ways) - 0.45, -0.55)
    axis.tick_params(axis="y", length=0, labelcolor=INK)
    axis.spines["left"].set_visible(False)
    axis.grid(axis="x")
    axis.set_xlabel("Times as long as regscope")


def _draw_growth(measured: Measured) -> Figure:
    curves = measured["curves"]
    figure, axes = panels(
        2 * len(curves),
        "How the cost of a training grows",
        "one epoch of cell none with few seeds, where not said otherwise"
        f"{SEPARATOR}dashed: in proportion to the last point",
        (2.05, 1.85),
        columns=len(curves),
    )
    above, below = axes[: len(curves)], axes[len(curves) :]
    for seconds, memory, (name, points) in zip(above, below, curves.items(), strict=True):
        values = [point["value"] for point in points]
        times = [point["seconds"] for point in points]
        sizes = [point["memory"] / 1e6 for point in points]
        seconds.plot([0, values[-1]], [0, times[-1]], "--", color=GREY, lw=0.9, zorder=1)
        seconds.plot(values, times, "o-", ms=4, color=OURS_COLOUR)
        memory.plot(values, sizes, "o-", ms=4, color=OTHERS_COLOUR)
        for axis in (seconds, memory):
            axis.set_xlim(0, 1.06 * values[-1])
            axis.set_ylim(0, 1.12 * axis.get_ylim()[1])
            axis.grid()
        memory.set_xlabel(names.CURVES[name])
    above[0].set_ylabel("Seconds")
    below[0].set_ylabel("Memory, MB")
    return figure

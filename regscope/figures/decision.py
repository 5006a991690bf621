"""Where a network of two inputs draws the line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.layout import above, cut, fitting, head, panels
from regscope.measures.catalog import ACCURACY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData

CLASS_COLOURS = ("#B2182B", "#2166AC")
COLOUR_MAP = "RdBu"
PALENESS = 0.7
WIDTH = 10.0
"""Inches: of all panels of a row."""
LONGEST = 14
"""Letters of a class's name: two stand beside each other."""
LEVELS = np.linspace(0, 1, 21)


def draw(data: StudyData) -> Figure:
    """The data, then for each cell the mean probability over seeds and every seed's boundary."""
    dataset = data.dataset
    names = [cut(name, LONGEST) for name in data.classes]
    train, pool = dataset.split(data.study.split, 0).train, dataset.pool(0)
    across, up = _lattice(data.cells[0].arrays["grid"])
    shape = min(max(float(np.ptp(up) / np.ptp(across)), 0.5), 1.3)
    colour_map = _pale()
    columns = fitting(len(data.cells) + 1)
    figure, axes = panels(
        len(data.cells) + 1,
        "Decision boundaries",
        data.caption(
            f"colour: mean probability of “{names[1]}” over seeds",
            "thin lines: where a seed has probability 0.5\n"
            f"dots: the {len(train)} training points of seed 0 (every seed trains on its own)",
        ),
        size=(WIDTH / columns, 0.84 * WIDTH / columns * shape + 0.55),
        columns=columns,
        share=True,
    )
    _scatter(axes[0], dataset.inputs[pool], dataset.targets[pool], names, 3, 0.45)
    whose = "All" if dataset.pools is None else "Seed 0's"
    above(axes[0], f"{whose} {len(pool):,} points", (0, 16), fontsize=9, fontweight="bold")
    for name, colour, left in zip(names, CLASS_COLOURS, (0, 70), strict=True):
        above(axes[0], f"● {name}", (left, 5), fontsize=7.5, color=colour)
    for axis, cell in zip(axes[1:], data.cells, strict=True):
        seeds = cell.arrays["grid_probabilities"].reshape(-1, len(up), len(across))
        surface = axis.contourf(across, up, seeds.mean(0), LEVELS, cmap=colour_map)
        for probability in seeds:
            axis.contour(across, up, probability, [0.5], colors="#222222", linewidths=0.6,
                         alpha=0.4)  # fmt: skip
        _scatter(axis, dataset.inputs[train], dataset.known_targets[train], names, 9, 1)
        accuracy = 100 * data.per_seed(cell.reg, ACCURACY).mean()
        head(axis, cell, f"test accuracy {accuracy:.1f} %")
    for axis in axes:
        axis.set_xlim(across[0], across[-1])
        axis.set_ylim(up[0], up[-1])
    bar = figure.colorbar(
        surface, ax=axes, shrink=0.5, aspect=28, pad=0.015, ticks=[0, 0.25, 0.5, 0.75, 1]
    )
    bar.set_label(f"Probability of “{names[1]}”")
    bar.outline.set_visible(False)
    return figure


def drawable(data: StudyData) -> bool:
    return all("grid_probabilities" in cell.arrays for cell in data.cells)


def _pale() -> ListedColormap:
    """A diverging map mixed with white, so that the points stand out."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    strong = colormaps[COLOUR_MAP](np.linspace(0, 1, 256))
    return ListedColormap(1 - PALENESS * (1 - strong))


def _lattice(grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two axes of a lattice `[G*G, 2]` that goes row after row."""
    return np.unique(grid[:, 0]), np.unique(grid[:, 1])


def _scatter(
    axis: Axes,
    points: np.ndarray,
    targets: np.ndarray,
    names: Sequence[str],
    size: float,
    alpha: float,
) -> None:
    for target, colour in enumerate(CLASS_COLOURS):
        chosen = points[targets == target]
        axis.scatter(
            chosen[:, 0], chosen[:, 1], s=size, color=colour, alpha=alpha, lw=0.4 * (alpha == 1),
            edgecolors="white", label=names[target],
        )  # fmt: skip

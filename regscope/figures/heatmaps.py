"""One layer's weights as pictures: what a few units look for, or how two layers connect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.layout import HEADINGS, bare, head, panels, sheet
from regscope.figures.style import GREY
from regscope.measures.filters import are_filters

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

    from regscope.figures.data import StudyData

UNITS = 8
PICTURE = 0.8
LETTER = 0.08
"""Widths in inches: of one unit's picture, of a letter of the names on the left."""
COLOUR_MAP = "RdBu_r"
TAIL = 99.5


def draw(data: StudyData) -> Figure:
    """For images the first layer's units of seed 0, for points the second layer's matrix.

    A matrix also of images whose first layer's weights are no pictures; the first of one layer.
    """
    first = data.cells[0].weights[data.layers[0]][0]
    pictures = data.dataset.kind == "image" and are_filters(first, data.dataset.input_shape)
    return _fields(data) if pictures else _matrices(data)


def receptive_fields(
    weights: np.ndarray, input_shape: tuple[int, ...], units: int = UNITS
) -> np.ndarray:
    """The incoming weights of the first units, `[units, H, W]`: the mean over channels.

    `weights` is one seed's: `[units, C * H * W]` of a dense layer or `[units, C, h, w]` of a
    convolution.
    """
    shape = input_shape if weights.ndim == 2 else weights.shape[1:]
    fields: np.ndarray = weights[:units].reshape(-1, *shape).mean(1)
    return fields


def strip(fields: np.ndarray, gap: int) -> np.ndarray:
    """Pictures `[units, H, W]` side by side with `gap` empty columns (NaN) between them."""
    padded = np.pad(fields, ((0, 0), (0, 0), (0, gap)), constant_values=np.nan)
    return np.concatenate(list(padded), axis=1)[:, : -gap or None]


def _fields(data: StudyData) -> Figure:
    layer = data.layers[0]
    fields = {
        cell.reg: receptive_fields(cell.weights[layer][0], data.dataset.input_shape)
        for cell in data.cells
    }
    units, height, width = next(iter(fields.values())).shape
    reach = _reach(list(fields.values()))
    gap = max(1, math.ceil(width / 14))
    labels = 0.2 + LETTER * max(13, *(len(cell.label) for cell in data.cells))
    across = PICTURE * (units + (units - 1) * gap / width)
    figure = sheet(
        labels + across + 1,
        (PICTURE * height / width + 0.1) * len(data.cells) + HEADINGS + 0.1,
        f"What the first {units} units of {layer} look for",
        data.caption(
            "incoming weights of seed 0 only"
            + (", mean over the three colours" if data.dataset.input_shape[0] == 3 else "")
            + "\n"
            "column: one unit, from the same starting weights in every cell",
            "one scale for all\n"
            "variation: total variation over l1 norm, of all units, mean over seeds; high is rough,"
            " however pale",
        ),
    )
    axes = figure.subplots(len(data.cells), 2, squeeze=False, width_ratios=(labels, across))
    for (beside, axis), cell in zip(axes, data.cells, strict=True):
        beside.set_axis_off()
        beside.text(0, 0.5, "■", color=cell.colour, va="center")
        beside.text(0.16 / labels, 0.5, cell.label, fontsize=9, fontweight="bold", va="center")
        variation = data.per_seed(cell.reg, "filter_total_variation").mean()
        beside.text(
            0.16 / labels,
            0.5,
            f"\n\nvariation {variation:.2f}",
            fontsize=7.5,
            color=GREY,
            va="center",
        )
        image = _show(axis, strip(fields[cell.reg], gap), reach)
        bare(axis)
    _scale(figure, list(axes.flat), image)
    for axis in axes[:, 1]:
        axis.set_anchor("W")
    return figure


def _matrices(data: StudyData) -> Figure:
    layer = data.layers[:2][-1]
    matrices = {
        cell.reg: cell.weights[layer][0].reshape(len(cell.weights[layer][0]), -1)
        for cell in data.cells
    }
    reach = _reach(list(matrices.values()))
    rows, columns = next(iter(matrices.values())).shape
    figure, axes = panels(
        len(data.cells),
        f"Which units connect: the weight matrix of {layer}",
        data.caption(
            f"seed 0 only, from the same starting weights in every cell\n"
            f"{rows} rows: units of {layer}, {columns} columns: what they read",
            "one scale for all",
        ),
        size=(2.5, 2.25 * min(max(rows / columns, 0.4), 1.2) + 0.3),
    )
    for axis, cell in zip(axes, data.cells, strict=True):
        image = _show(axis, matrices[cell.reg], reach)
        axis.set_xticks([])
        axis.set_yticks([])
        axis.spines[["top", "right"]].set_visible(True)
        head(axis, cell)
    _scale(figure, axes, image)
    return figure


def _reach(arrays: list[np.ndarray]) -> float:
    """Where the colours end, the same on both sides of zero."""
    return max(float(np.percentile(np.abs(values), TAIL)) for values in arrays) or 1.0


def _show(axis: Axes, values: np.ndarray, reach: float) -> AxesImage:
    return axis.imshow(
        values, cmap=COLOUR_MAP, vmin=-reach, vmax=reach, interpolation="nearest", aspect="equal"
    )


def _scale(figure: Figure, axes: list[Axes], image: AxesImage) -> None:
    from matplotlib.ticker import MaxNLocator

    bar = figure.colorbar(image, ax=axes, shrink=0.45, aspect=25, pad=0.02, extend="both")
    bar.locator = MaxNLocator(5, symmetric=True)
    bar.update_ticks()
    bar.set_label("Weight")
    bar.outline.set_visible(False)

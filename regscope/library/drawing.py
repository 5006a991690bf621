"""Trained cells as the figures of the report take them: names, colours, weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from regscope.base.errors import RegscopeError
from regscope.base.lines import shown
from regscope.figures.cells import CellData
from regscope.figures.marks import Mark, colours
from regscope.figures.style import display_name, legible

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from matplotlib.figure import Figure
    from torch import nn

    from regscope.datasets import Dataset
    from regscope.study.params import Study

UNIT = "unit"
"""The layer that gives numbers in their own unit: nothing that was trained."""


class Cell(Protocol):
    """What is drawn of a trained cell."""

    @property
    def study(self) -> Study: ...
    @property
    def reg(self) -> str: ...
    @property
    def seeds(self) -> tuple[int, ...]: ...
    @property
    def networks(self) -> tuple[nn.Module, ...]: ...
    @property
    def dataset(self) -> Dataset: ...


Drawn = TypeVar("Drawn", bound=Cell)


def named_cells(
    kind: type[Drawn], cells: Sequence[Any], labels: Sequence[str] | None
) -> list[tuple[str, str, Drawn]]:
    """Every cell with its name and its colour: `labels`, or what the report calls the methods.

    Raises RegscopeError where one is no `kind`, has other seeds than the first, or shares its name
    with another, or where there are not as many labels as cells.
    """
    for number, cell in enumerate(cells):
        if not isinstance(cell, kind):
            raise RegscopeError(
                f"cell {number}: must be what regscope.train gives, not {type(cell).__name__}"
            )
        if cell.seeds != cells[0].seeds:
            raise RegscopeError(
                f"cell {number}, {shown(cell.reg)}, has {len(cell.seeds)} seeds and the first"
                f" {len(cells[0].seeds)}: must be as many"
            )
    names = _names(cells, labels)
    # A method that is there twice has its own colour once.
    regs = [cell.reg for cell in cells]
    keys = [
        f"{number} {name}" if reg in regs[:number] else reg
        for number, (reg, name) in enumerate(zip(regs, names, strict=True))
    ]
    given = colours(keys)
    return [(name, given[key], cell) for name, key, cell in zip(names, keys, cells, strict=True)]


def _names(cells: Sequence[Cell], labels: Sequence[str] | None) -> list[str]:
    if labels is None:
        names = [display_name(cell.reg) for cell in cells]
    elif isinstance(labels, str) or not all(isinstance(label, str) for label in labels):
        raise RegscopeError(f"labels = {shown(labels)}: must be a list of texts, one a cell")
    else:
        names = [legible(label) for label in labels]
    if len(names) != len(cells):
        raise RegscopeError(f"labels: must be one a cell: {len(cells)}, not {len(names)}")
    if "" in names:
        raise RegscopeError("labels: a name must not be empty")
    for name in names:
        if names.count(name) > 1:
            raise RegscopeError(
                f"labels: {names.count(name)} cells are called “{shown(name)}”: give each a name of"
                " its own, labels=[...]"
            )
    return names


def titled(cells: Sequence[Cell]) -> str:
    """The titles of the cells' studies, each once."""
    return " / ".join(dict.fromkeys(cell.study.title for cell in cells))


def in_house_style(draw: Callable[[], Figure]) -> Figure:
    """The figure, looking as the report's do wherever it is saved; matplotlib's settings stay."""
    from regscope.figures.style import house_style

    with house_style():
        figure = draw()
        # Ticks come into being when they are first drawn, and take their look from the settings.
        figure.draw_without_rendering()
    return figure


def draw_weights(cells: Sequence[tuple[str, str, Cell]]) -> Figure:
    """The report's figure of weights of these cells (name, colour, cell), the first as outline."""
    from regscope.figures.layout import captioned
    from regscope.figures.weights import distributions, notes

    first, drawn = cells[0][0], [cell for _, _, cell in cells]
    found = {name: _weights(name, cell) for name, _, cell in cells}
    near, zero = (
        {name: _mean_share(weights, share) for name, weights in found.items()}
        for share in ("near_zero_fraction", "zero_fraction")
    )
    data = [
        CellData(name, name, Mark(colour), history={}, weights=found[name], arrays={})
        for name, colour, _ in cells
    ]
    outline = notes(first if len(cells) > 1 else "")
    caption = captioned(titled(drawn), len(drawn[0].seeds), *outline)
    return in_house_style(lambda: distributions(data, near, zero, caption, first))


def _weights(name: str, cell: Cell) -> dict[str, np.ndarray]:
    """`{layer: [S, ...]}` of what penalties act on, in order of the network."""
    import numpy as np

    from regscope.library.parameters import read_weights

    found = [read_weights(network).values for network in cell.networks]
    layers = [
        layer for layer in found[0] if not (layer == UNIT and cell.dataset.quantity is not None)
    ]
    if not layers:
        raise RegscopeError(f"{shown(name)}: its networks have no weights to draw")
    return {layer: np.stack([values[layer] for values in found]) for layer in layers}


def _mean_share(weights: dict[str, np.ndarray], share: str) -> float:
    """The mean over seeds of one of the measures of all layers together."""
    import numpy as np

    from regscope.measures.weights import joined_measures

    seeds = zip(*weights.values(), strict=True)
    return float(np.mean([joined_measures(layers)[share] for layers in seeds]))

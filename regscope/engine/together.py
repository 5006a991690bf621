"""Which cells train together, and what the places of their stacks are called.

A place of a stack is a cell and a seed. Where several cells train as one, their places are numbered
cell after cell; a cell alone has its seeds for numbers, counted from its first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regscope.study.params import Study
from regscope.study.training import Training
from regscope.training.places import Place, shape


@dataclass(frozen=True)
class Cells:
    """Cells that train together, with `seeds` seeds each, `first` and up.

    `rates` are their learning rates, where they are not all the study's.
    """

    regs: tuple[str, ...]
    seeds: int
    first: int = 0
    rates: tuple[float, ...] | None = None

    def __str__(self) -> str:
        first, *others = self.regs
        return f"{first} to {others[-1]}" if others else first

    @property
    def numbers(self) -> range:
        """Of all their places."""
        return range(len(self.regs) * self.seeds)

    def place(self, number: int) -> tuple[str, int]:
        """The cell and the seed of a place."""
        return self.regs[number // self.seeds], self.first + number % self.seeds

    def training(self, number: int, of_study: Training) -> Training:
        """How the network at a place is trained, in a study whose cells are trained so."""
        if self.rates is None:
            return of_study
        rate = self.rates[number // self.seeds]
        return of_study.model_copy(update={"learning_rate": rate})

    def by_cell(self, numbers: Sequence[int]) -> dict[str, list[int]]:
        """Where in `numbers` each cell's places are."""
        found: dict[str, list[int]] = {}
        for index, number in enumerate(numbers):
            found.setdefault(self.place(number)[0], []).append(index)
        return found


def together(study: Study, regs: Sequence[str], stackable: bool) -> list[Cells]:
    """Deal cells into those that train together: whose steps are of one shape.

    Each alone where nothing is gained by stacking. How cells are dealt changes no bit.
    """
    if not stackable:
        return apart(study, regs)
    alike: dict[object, list[str]] = {}
    for reg in regs:
        place = Place(0, tuple(study.cells[reg].methods()), study.training, reg)
        alike.setdefault(shape(place), []).append(reg)
    return [Cells(tuple(cells), study.training.seeds) for cells in alike.values()]


def apart(study: Study, regs: Sequence[str]) -> list[Cells]:
    """Every cell alone."""
    return [Cells((reg,), study.training.seeds) for reg in regs]

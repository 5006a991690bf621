"""The learning rates of the places that an optimizer updates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from regscope.regularizers.step import runs
from regscope.study.schedules import is_constant
from regscope.study.training import Training


@dataclass(frozen=True)
class Rate:
    """That of neighbouring places with equal settings: a number, or a scalar that changes."""

    places: slice
    settings: Training
    value: Tensor | float


class Rates:
    """Of P places: constant ones all, or changing ones all.

    What is constant are numbers, which torch rounds where it uses them. What changes stands in
    single precision in a tensor, where a recorded step finds the next ones.
    """

    def __init__(self, settings: Sequence[Training], device: torch.device) -> None:
        constant = is_constant(settings[0].schedule)
        self._by_place = torch.tensor(
            [one.learning_rate for one in settings],
            dtype=torch.float64 if constant else torch.float32,
            device=device,
        )
        self.each = tuple(self._runs(settings, constant))

    def _runs(self, settings: Sequence[Training], constant: bool) -> Iterator[Rate]:
        for (rate, _), where in runs(settings, lambda one: (one.learning_rate, one.schedule)):
            places = where or slice(0, len(settings))
            value = rate if constant else self._by_place[places.start]
            yield Rate(places, settings[places.start], value)

    def at(self, places: slice | None = None) -> Tensor | float:
        """Of some of the places: one for all that have it, or `[P]`."""
        start, stop, _ = (places or slice(None)).indices(len(self._by_place))
        for one in self.each:
            if one.places.start <= start and stop <= one.places.stop:
                return one.value
        return self._by_place[start:stop]

"""What a stack holds at its places, and which neighbours have something in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regscope.base.errors import RegscopeError
from regscope.regularizers import Regularizer
from regscope.study.schedules import is_constant
from regscope.study.training import Training

SHARED = (
    "optimizer", "batch_size", "epochs", "precision", "arithmetic", "conventions", "class_weights",
)  # fmt: skip
"""Settings of training in which the places of a stack agree: they shape its steps."""


@dataclass(frozen=True)
class Place:
    """One network of a stack: its seed, the methods that act on it in turn, and its training.

    `cell` is what errors call its settings, where there are others.
    """

    seed: int
    methods: tuple[Regularizer, ...]
    training: Training
    cell: str = ""

    def method(self, name: str) -> Regularizer | None:
        return next((method for method in self.methods if method.name == name), None)


def places_of(
    training: Training, methods: Sequence[Regularizer], seeds: Sequence[int]
) -> tuple[Place, ...]:
    """Seeds of one cell."""
    return tuple(Place(seed, tuple(methods), training) for seed in seeds)


def check_together(places: Sequence[Place]) -> None:
    """Refuse places whose steps are not of one shape.

    Raises RegscopeError.
    """
    first = places[0]
    for place in places[1:]:
        for name in SHARED:
            ours, theirs = getattr(first.training, name), getattr(place.training, name)
            if ours != theirs:
                raise RegscopeError(
                    f"training.{name}: {theirs} and {ours} in one stack; must be equal"
                )
        ours, theirs = (getattr(one.training, "momentum", 0) for one in (first, place))
        if bool(ours) != bool(theirs):
            raise RegscopeError(
                f"training.momentum: {theirs:g} and {ours:g} in one stack; all or none must be 0"
            )
        if is_constant(first.training.schedule) != is_constant(place.training.schedule):
            raise RegscopeError(
                "training.schedule: constant and changing rates in one stack; must be one of them"
            )
        ours, theirs = shape(first), shape(place)
        if ours != theirs:
            raise RegscopeError(
                f"{place.cell or 'a place'} and {first.cell or 'another'} in one stack: their"
                " methods change a step's course or the network otherwise, and must not"
            )


def shape(place: Place) -> tuple[Any, ...]:
    """What the methods of a place do to the course of a step and to the network."""
    said = [(method.name, method.structure) for method in place.methods]
    return tuple((name, structure) for name, structure in said if structure is not None)

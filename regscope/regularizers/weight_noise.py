"""Gaussian noise on weights while a network passes (Graves 2011; Murray and Edwards 1994)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Scoped
from regscope.regularizers.step import NOISE_COPIES

if TYPE_CHECKING:
    from regscope.regularizers.step import Own, Step


class WeightNoise(Scoped):
    """The gradient is taken at `w + deviation * n`, n normal, and moves w.

    n is drawn anew for every weight and pass: a step's examples share it. Methods that run several
    passes go around it, so that each has noise of its own.
    """

    name: ClassVar[str] = "weight_noise"
    varies: ClassVar[bool] = True
    main: ClassVar[str] = "deviation"
    turn: ClassVar[int] = 1
    searched: ClassVar[tuple[float, ...]] = (0.01, 0.02, 0.05, 0.1, 0.2)
    deviation: Annotated[float, Field(ge=0, le=1e3)]

    @property
    def structure(self) -> Hashable | None:
        """A step has one pass with and without it."""
        return None

    @property
    def held_weights(self) -> int:
        return 1

    @property
    def temporary_copies(self) -> int:
        return NOISE_COPIES

    def passing(self, step: Step, own: Own) -> Iterator[None]:  # noqa: ARG002
        kept = {name: weight.clone() for name, weight in own.weights.items()}
        for weight in own.weights.values():
            noise = own.draws.normal(*weight.shape[1:])
            for deviation, places in self.runs:
                weight[places].add_(noise[places], alpha=deviation)
        yield
        for name, weight in own.weights.items():
            weight.copy_(kept[name])

"""DropConnect (Wan et al. 2013): weights, not units, are set to zero while a network passes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Scoped
from regscope.regularizers.step import by_place

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step


class DropConnect(Scoped):
    """The gradient is that of `w * m / (1 - rate)`, m = 0 with probability `rate`, else 1.

    It is by w, which it moves: what is 0 in a pass has none. m is drawn anew for every weight and
    pass, from 16 bits; a step's examples share it, where the paper has a mask for each. Methods
    that run several passes go around it, so that each has masks of its own.
    """

    name: ClassVar[str] = "dropconnect"
    varies: ClassVar[bool] = True
    main: ClassVar[str] = "rate"
    turn: ClassVar[int] = 1
    searched: ClassVar[tuple[float, ...]] = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
    rate: Annotated[float, Field(ge=0, lt=1)]

    @property
    def structure(self) -> Hashable | None:
        """A step has one pass with and without it."""
        return None

    @property
    def held_weights(self) -> int:
        """Weights as they are, and what they are multiplied by."""
        return 2

    @property
    def temporary_copies(self) -> int:
        """Words, and what they are mixed with."""
        return 2

    def passing(self, step: Step, own: Own) -> Iterator[None]:  # noqa: ARG002
        kept = {name: weight.clone() for name, weight in own.weights.items()}
        factors = {name: self._factors(weight, own) for name, weight in own.weights.items()}
        for name, weight in own.weights.items():
            weight.mul_(factors[name])
        yield
        for name, weight in own.weights.items():
            weight.copy_(kept[name])
            own.gradient(name).mul_(factors[name])

    def _factors(self, weight: Tensor, own: Own) -> Tensor:
        """0, or what keeps the expectation exactly, of a weight's shape `[P, ...]`."""
        lost = dropped(self.value)
        bits = own.draws.bits(weight[0].numel()).reshape(weight.shape)
        kept = (bits >= by_place(lost - 32768, bits)).to(weight.dtype)
        return kept.mul_(by_place(65536 / (65536 - lost), kept))


def dropped(rate: Tensor | float) -> Tensor | float:
    """How many of 65,536 draws a rate drops, whole and never all."""
    if isinstance(rate, float | int):
        return min(round(rate * 65536), 65535)
    return (rate * 65536).round().clamp(max=65535)

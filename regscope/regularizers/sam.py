"""Sharpness-aware minimization (Foret, Kleiner, Mobahi and Neyshabur 2021)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Regularizer
from regscope.regularizers.step import by_place, each, square_sums

if TYPE_CHECKING:
    from regscope.regularizers.step import Own, Step

EPSILON = 1e-12
"""Beside a gradient's norm, as in the authors' code: no step where the gradient is 0."""


class SAM(Regularizer):
    """The gradient is taken `radius` further up the loss: at `w + radius * g / |g|`.

    g is the gradient of the batch's loss by all parameters of a network, and |g| its length. So a
    step takes two passes, of the same batch. Penalties are not climbed; running statistics are
    those of the first pass.
    """

    name: ClassVar[str] = "sam"
    varies: ClassVar[bool] = True
    main: ClassVar[str] = "radius"
    searched: ClassVar[tuple[float, ...]] = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
    radius: Annotated[float, Field(ge=0, le=1e3)]

    @property
    def structure(self) -> Hashable:
        """Two passes, whatever the radius."""
        return self.name

    @property
    def held_weights(self) -> int:
        return 2

    def passing(self, step: Step, own: Own) -> Iterator[None]:  # noqa: ARG002
        yield
        start = {name: tensor.clone() for name, tensor in own.parameters.items()}
        running = {name: tensor.clone() for name, tensor in own.buffers.items()}
        from regscope.arithmetic.functions import square_root

        gradients = {name: own.gradient(name) for name in own.parameters}
        lengths = square_root(square_sums(gradients)) + EPSILON
        scale = lengths.reciprocal().mul_(by_place(self.value, lengths))
        for name, parameter in own.parameters.items():
            parameter.add_(gradients[name] * each(scale, parameter))
        yield
        for name, parameter in own.parameters.items():
            parameter.copy_(start[name])
        for name, buffer in own.buffers.items():
            buffer.copy_(running[name])

"""Adversarial training (Goodfellow, Shlens and Szegedy 2015): inputs moved up the loss train."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Regularizer
from regscope.regularizers.step import by_example

if TYPE_CHECKING:
    from regscope.regularizers.step import Own, Step


class Adversarial(Regularizer):
    """The objective is `(1 - share) * loss(x) + share * loss(x + epsilon * sign(g))`.

    g is the gradient of the batch's loss by its inputs x: the fast gradient sign method. The moved
    inputs are constants, of which no gradient is taken, and may leave the range of the others. So a
    step takes two passes; running statistics are those of the first. Methods that run passes for
    each step of theirs go around both.
    """

    name: ClassVar[str] = "adversarial"
    varies: ClassVar[bool] = True
    main: ClassVar[str] = "epsilon"
    turn: ClassVar[int] = 1
    searched: ClassVar[tuple[float, ...]] = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
    data_kinds: ClassVar[tuple[str, ...]] = ("image", "points")
    input_gradient: ClassVar[bool] = True
    epsilon: Annotated[float, Field(ge=0, le=1e6)]
    share: Annotated[float, Field(gt=0, le=1)] = 0.5

    @property
    def structure(self) -> Hashable:
        """Two passes, however far inputs are moved."""
        return self.name

    @property
    def held_weights(self) -> int:
        """The gradients of the first pass."""
        return 1

    def passing(self, step: Step, own: Own) -> Iterator[None]:
        yield
        assert step.input_gradient is not None
        gradients = {name: own.gradient(name).clone() for name in own.parameters}
        running = {name: buffer.clone() for name, buffer in own.buffers.items()}
        inputs = step.inputs.clone()
        step.inputs.add_(step.input_gradient.sign().mul_(by_example(self.value, inputs)))
        yield
        step.inputs.copy_(inputs)
        for name, gradient in gradients.items():
            own.gradient(name).mul_(self.share).add_(gradient, alpha=1 - self.share)
        for name, buffer in own.buffers.items():
            buffer.copy_(running[name])

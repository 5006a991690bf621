"""Lookahead (Zhang, Lucas, Hinton and Ba 2019): k steps forward, one step back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.base.settings import refusal
from regscope.regularizers.base import Regularizer, Target
from regscope.regularizers.step import by_place, counter, each

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import EpochEnd, Own, Step

MADE = "steps made"


class Lookahead(Regularizer):
    """After every `steps` steps slow weights go the share `alpha` of the way to those that train.

    These go on from there. Slow weights begin as the network does, and are what is kept. The
    optimizer's own memory goes on as it is; so do running statistics.
    """

    name: ClassVar[str] = "lookahead"
    varies: ClassVar[bool] = True
    main: ClassVar[str] = "steps"
    larger_is_stronger: ClassVar[bool] = False
    turn: ClassVar[int] = 1
    searched: ClassVar[tuple[float, ...]] = (3, 5, 10, 20)
    steps: Annotated[int, Field(ge=0, le=1_000_000)]
    alpha: Annotated[float, Field(gt=0, le=1)] = 0.5

    def check(self, target: Target) -> None:
        super().check(target)
        if target.steps is not None and self.steps > target.steps:
            told = f"at most {target.steps}, the fewest steps of a run: until then nothing is kept"
            raise refusal(self.name, self.steps, told)

    def state(
        self,
        parameters: Mapping[str, Tensor],
        buffers: Mapping[str, Tensor],  # noqa: ARG002
    ) -> dict[str, Tensor]:
        slow = {name: tensor.detach().clone() for name, tensor in parameters.items()}
        return {MADE: counter(parameters), **slow}

    def weights(self, step: Step, own: Own) -> None:  # noqa: ARG002
        made = own.memory[MADE].add_(1)
        due = made == by_place(self.value, made)
        made.masked_fill_(due, 0)
        share = due.to(made.dtype) * self.alpha
        for name, parameter in own.parameters.items():
            slow = own.memory[name]
            slow.lerp_(parameter, each(share, slow))
            parameter.copy_(slow.where(each(due, slow), parameter))

    def kept(self, epoch: EpochEnd, own: Own) -> Mapping[str, Tensor]:  # noqa: ARG002
        return {name: own.memory[name] for name in own.parameters}

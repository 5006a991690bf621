"""Decoupled weight decay (Loshchilov and Hutter 2019)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Scoped
from regscope.regularizers.step import by_place, times

if TYPE_CHECKING:
    from regscope.regularizers.step import Own, Step


class WeightDecay(Scoped):
    """Before the update every weight shrinks by the factor `1 - learning_rate * rate`.

    As in torch's AdamW, of weights alone and with any optimizer: the decay does not pass through
    the adaptive step, as the gradient of `l2` does.
    """

    name: ClassVar[str] = "weight_decay"
    varies: ClassVar[bool] = True
    main: ClassVar[str] = "rate"
    turn: ClassVar[int] = 2
    searched: ClassVar[tuple[float, ...]] = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
    rate: Annotated[float, Field(ge=0, le=1e6)]

    def gradients(self, step: Step, own: Own) -> None:  # noqa: ARG002
        for weight in own.weights.values():
            weight.mul_(by_place(1 - times(self.value, own.updates.learning_rate), weight))

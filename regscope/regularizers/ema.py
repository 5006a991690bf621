"""An exponential moving average of the weights (Polyak and Juditsky 1992; Izmailov et al. 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Regularizer
from regscope.regularizers.step import by_place, counter, each

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import EpochEnd, Own, Step


class EMA(Regularizer):
    """What is kept are averages of the parameters over the steps: `a += (1 - decay) * (w - a)`.

    They begin with the parameters after the first step, as in `torch.optim.swa_utils`. Training
    itself goes on with the parameters as they are, and running statistics stay those of training.
    """

    name: ClassVar[str] = "ema"
    varies: ClassVar[bool] = True
    main: ClassVar[str] = "decay"
    turn: ClassVar[int] = 2
    searched: ClassVar[tuple[float, ...]] = (0.9, 0.95, 0.98, 0.99, 0.995, 0.998)
    decay: Annotated[float, Field(ge=0, lt=1)]

    def state(
        self,
        parameters: Mapping[str, Tensor],
        buffers: Mapping[str, Tensor],  # noqa: ARG002
    ) -> dict[str, Tensor]:
        import torch

        averages = {name: torch.zeros_like(tensor) for name, tensor in parameters.items()}
        return {STEPS: counter(parameters), **averages}

    def weights(self, step: Step, own: Own) -> None:  # noqa: ARG002
        steps = own.memory[STEPS]
        # All of the first weights, none of what stood there before.
        share = by_place(1 - self.value, steps) * (steps > 0) + (steps == 0).to(steps.dtype)
        for name, parameter in own.parameters.items():
            own.memory[name].lerp_(parameter, each(share, parameter))
        steps.add_(1)

    def kept(self, epoch: EpochEnd, own: Own) -> Mapping[str, Tensor]:  # noqa: ARG002
        return {name: own.memory[name] for name in own.parameters}


STEPS = "steps"

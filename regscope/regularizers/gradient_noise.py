"""Gaussian noise on gradients, less with every step (Neelakantan et al. 2015)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Regularizer
from regscope.regularizers.step import NOISE_COPIES, by_place, counter

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step

STEPS = "steps"


class GradientNoise(Regularizer):
    """Every number of a gradient gets normal noise of variance `eta / (1 + t)**gamma`.

    t is how many steps the network has made before: 0 in the first, counted on from epoch to epoch.
    The noise is on all parameters, behind penalties and clipping, and a draw for each of them.
    """

    name: ClassVar[str] = "gradient_noise"
    varies: ClassVar[bool] = True
    main: ClassVar[str] = "eta"
    turn: ClassVar[int] = 2
    searched: ClassVar[tuple[float, ...]] = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
    eta: Annotated[float, Field(ge=0, le=1e6)]
    gamma: Annotated[float, Field(ge=0, le=100)] = 0.55

    @property
    def temporary_copies(self) -> int:
        return NOISE_COPIES

    def state(
        self,
        parameters: Mapping[str, Tensor],
        buffers: Mapping[str, Tensor],  # noqa: ARG002
    ) -> dict[str, Tensor]:
        return {STEPS: counter(parameters)}

    def gradients(self, step: Step, own: Own) -> None:  # noqa: ARG002
        from regscope.arithmetic.functions import square_root

        steps = own.memory[STEPS]
        # Places make their steps together. Of a single number no power is rounded otherwise for
        # those beside it.
        deviation = square_root(self.value * (1 + steps[0].double()) ** -self.gamma)
        for name, parameter in own.parameters.items():
            noise = own.draws.normal(*parameter.shape[1:])
            own.gradient(name).add_(noise.mul_(by_place(deviation.to(noise.dtype), noise)))
        steps.add_(1)

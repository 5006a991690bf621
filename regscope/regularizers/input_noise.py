"""Noise on the inputs (Sietsma and Dow 1991; Bishop 1995)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Regularizer
from regscope.regularizers.step import by_example

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step


class InputNoise(Regularizer):
    """Every number of an input gets Gaussian noise of mean 0, drawn anew every time it trains.

    `deviation` is the noise's standard deviation in the units in which networks see inputs:
    pictures go from 0 to 1, points are as they are. Nothing is cut to these bounds. As Keras's
    `GaussianNoise` in front of a network.
    """

    name: ClassVar[str] = "input_noise"
    varies: ClassVar[bool] = True
    main: ClassVar[str] = "deviation"
    searched: ClassVar[tuple[float, ...]] = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1)
    data_kinds: ClassVar[tuple[str, ...]] = ("image", "points")
    deviation: Annotated[float, Field(ge=0, le=1e6)]

    def batch(self, step: Step, own: Own) -> tuple[Tensor, Tensor]:
        size = len(step.inputs) // own.count
        noise = own.draws.normal(size, *step.inputs.shape[1:]).flatten(0, 1)
        return step.inputs + noise * by_example(self.value, noise), step.targets

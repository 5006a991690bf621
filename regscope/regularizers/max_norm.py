"""Max-norm constraint (Srebro and Shraibman 2005; with dropout, Srivastava et al. 2014)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Scoped
from regscope.regularizers.step import by_place

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step

EPSILON = 1e-7
"""Beside the norm, as in Keras's MaxNorm."""


class MaxNorm(Scoped):
    """The weights into each unit are no longer than `radius`: after the update they are scaled.

    By `min(norm, radius) / (norm + 1e-7)`, Keras's formula; a unit is a row of a dense layer or a
    filter of a convolution.
    """

    name: ClassVar[str] = "max_norm"
    varies: ClassVar[bool] = True
    main: ClassVar[str] = "radius"
    larger_is_stronger: ClassVar[bool] = False
    off: ClassVar[float] = math.inf
    searched: ClassVar[tuple[float, ...]] = (0.5, 0.7, 1, 1.5, 2, 3, 4)
    radius: Annotated[float, Field(gt=0, allow_inf_nan=True)]

    def weights(self, step: Step, own: Own) -> None:  # noqa: ARG002
        for weight in own.weights.values():
            constrain(weight, self.value)


def constrain(weight: Tensor, radius: Tensor | float) -> None:
    """Of a weight `[P, units, ...]`, in place; of radii `[P]`, each on its place."""
    from regscope.arithmetic.functions import square_root

    norms = square_root(weight.square().flatten(2).sum(2))
    factors = norms.clamp(max=by_place(radius, norms)) / (norms + EPSILON)
    weight.mul_(factors.view(*norms.shape, *[1] * (weight.dim() - 2)))

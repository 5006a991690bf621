"""Gradient clipping by norm (Pascanu, Mikolov and Bengio 2013)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Regularizer
from regscope.regularizers.step import by_place, each, square_sums

if TYPE_CHECKING:
    from regscope.regularizers.step import Own, Step

EPSILON = 1e-6
"""Beside the norm, as in `torch.nn.utils.clip_grad_norm_`."""


class GradientClipping(Regularizer):
    """A network's gradient is no longer than `max_norm`: `g * min(1, max_norm / |g|)`.

    |g| is its length over all parameters, the gradients of penalties included.
    """

    name: ClassVar[str] = "gradient_clipping"
    varies: ClassVar[bool] = True
    main: ClassVar[str] = "max_norm"
    larger_is_stronger: ClassVar[bool] = False
    off: ClassVar[float] = math.inf
    turn: ClassVar[int] = 1
    searched: ClassVar[tuple[float, ...]] = (0.03, 0.1, 0.3, 1, 3)
    max_norm: Annotated[float, Field(gt=0, allow_inf_nan=True)]

    def gradients(self, step: Step, own: Own) -> None:  # noqa: ARG002
        from regscope.arithmetic.functions import square_root

        gradients = {name: own.gradient(name) for name in own.parameters}
        lengths = square_root(square_sums(gradients)) + EPSILON
        factors = lengths.reciprocal().mul_(by_place(self.value, lengths))
        for gradient in gradients.values():
            gradient.mul_(each(factors.clamp(max=1), gradient))

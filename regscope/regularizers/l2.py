"""L2: the sum of squared weights (ridge; Hoerl and Kennard 1970, Krogh and Hertz 1991)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Penalty

if TYPE_CHECKING:
    from torch import Tensor


class L2(Penalty):
    """`strength * sum(w**2)`, Keras's convention.

    In plain SGD this equals torch's `weight_decay = 2 * strength`. With Adam the term passes
    through the adaptive step and is not decoupled decay (Loshchilov and Hutter 2019).
    """

    name: ClassVar[str] = "l2"
    strength: Annotated[float, Field(ge=0, le=1e6)]

    def penalty(self, weights: Mapping[str, Tensor]) -> Tensor:
        terms = [weight.square().flatten(1).sum(1) for weight in weights.values()]
        return self.strength * sum(terms[1:], terms[0])

    def add_gradient(self, weights: Mapping[str, Tensor]) -> None:
        for weight in weights.values():
            assert weight.grad is not None
            weight.grad.add_(weight, alpha=2 * self.strength)

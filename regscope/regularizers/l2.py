"""L2: the sum of squared weights (ridge; Hoerl and Kennard 1970, Krogh and Hertz 1991)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Scoped
from regscope.regularizers.step import by_place, square_sums

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step


class L2(Scoped):
    """`strength * sum(w**2)`, Keras's convention.

    In plain SGD this equals torch's `weight_decay = 2 * strength`. With Adam the term passes
    through the adaptive step and is not decoupled decay (Loshchilov and Hutter 2019).
    """

    name: ClassVar[str] = "l2"
    varies: ClassVar[bool] = True
    searched: ClassVar[tuple[float, ...]] = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
    strength: Annotated[float, Field(ge=0, le=1e6)]

    def penalty(self, weights: Mapping[str, Tensor]) -> Tensor:
        sums = square_sums(weights)
        return by_place(self.value, sums) * sums

    def gradients(self, step: Step, own: Own) -> None:  # noqa: ARG002
        for name, weight in own.weights.items():
            gradient = own.gradient(name)
            for strength, places in self.runs:
                gradient[places].add_(weight[places], alpha=2 * strength)

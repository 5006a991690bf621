"""L1: the sum of absolute weights (Tibshirani 1996, the lasso)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Scoped
from regscope.regularizers.step import by_place

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step


class L1(Scoped):
    """`strength * sum(|w|)`, Keras's convention; its subgradient at 0 is taken as 0.

    Gradient steps make weights small and never exactly zero: near-zero fractions rise, exact
    zeros do not appear.
    """

    name: ClassVar[str] = "l1"
    varies: ClassVar[bool] = True
    searched: ClassVar[tuple[float, ...]] = (1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
    strength: Annotated[float, Field(ge=0, le=1e6)]

    def penalty(self, weights: Mapping[str, Tensor]) -> Tensor:
        sums = absolute_sum(weights)
        return by_place(self.value, sums) * sums

    def gradients(self, step: Step, own: Own) -> None:  # noqa: ARG002
        for name, weight in own.weights.items():
            own.gradient(name).add_(weight.sign().mul_(by_place(self.value, weight)))


def absolute_sum(weights: Mapping[str, Tensor]) -> Tensor:
    """`sum(|w|)` of each seed, `[S]`, over stacked weights `[S, ...]`."""
    terms = [weight.abs().flatten(1).sum(1) for weight in weights.values()]
    return sum(terms[1:], terms[0])

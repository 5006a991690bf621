"""Proximal L1: soft thresholding after each step (Daubechies, Defrise and De Mol 2004)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from regscope.regularizers.l1 import absolute_sum
from regscope.regularizers.proximal import Proximal, threshold_of
from regscope.regularizers.step import by_place

if TYPE_CHECKING:
    from torch import Tensor


class L1Prox(Proximal):
    """The objective of `l1`, `strength * sum(|w|)`, minimized so that weights become exactly zero.

    After the optimizer's step every weight moves towards zero by its threshold and stops there:
    `sign(w) * max(|w| - step_size * strength, 0)`.
    """

    name: ClassVar[str] = "l1_prox"
    varies: ClassVar[bool] = True
    searched: ClassVar[tuple[float, ...]] = (1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2)

    def penalty(self, weights: Mapping[str, Tensor]) -> Tensor:
        sums = absolute_sum(weights)
        return by_place(self.value, sums) * sums

    def subgradient(self, weight: Tensor) -> Tensor:
        return weight.sign().mul_(by_place(self.value, weight))

    def project(self, weight: Tensor, step_size: Tensor | float) -> None:
        threshold = threshold_of(self.value, step_size, weight)
        # Less what lies within the threshold: exactly zero where all of the weight does.
        weight.sub_(weight.clamp(-threshold, threshold))  # type: ignore[arg-type]

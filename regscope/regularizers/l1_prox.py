"""Proximal L1: soft thresholding after each step (Daubechies, Defrise and De Mol 2004)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from regscope.regularizers.l1 import absolute_sum
from regscope.regularizers.proximal import Proximal

if TYPE_CHECKING:
    from torch import Tensor


class L1Prox(Proximal):
    """The objective of `l1`, `strength * sum(|w|)`, minimized so that weights become exactly zero.

    After the optimizer's step every weight moves towards zero by its threshold and stops there:
    `sign(w) * max(|w| - step_size * strength, 0)`.
    """

    name: ClassVar[str] = "l1_prox"
    searched: ClassVar[tuple[float, ...]] = (1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2)

    def penalty(self, weights: Mapping[str, Tensor]) -> Tensor:
        return self.strength * absolute_sum(weights)

    def subgradient(self, weight: Tensor) -> Tensor:
        return weight.sign().mul_(self.strength)

    def project(self, weight: Tensor, step_size: Tensor | float) -> None:
        threshold = self.strength * step_size
        # Less what lies within the threshold: exactly zero where all of the weight does.
        weight.sub_(weight.clamp(-threshold, threshold))  # type: ignore[arg-type]

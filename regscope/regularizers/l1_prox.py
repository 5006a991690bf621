"""Proximal L1: soft thresholding after each step (Daubechies, Defrise and De Mol 2004)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Scoped
from regscope.regularizers.l1 import absolute_sum

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step


class L1Prox(Scoped):
    """The objective of `l1`, `strength * sum(|w|)`, minimized so that weights become exactly zero.

    After the optimizer's step every weight moves towards zero by its threshold and stops there:
    `sign(w) * max(|w| - step_size * strength, 0)`. With SGD the step size is
    `learning_rate / (1 - momentum)`; with Adam it is each weight's own,
    `learning_rate / (sqrt(v) + epsilon)` (Yun, Lozano and Yang 2021, "Adaptive Proximal Gradient
    Methods for Structured Neural Networks"), where v averages the squares of the gradient and
    `strength * sign(w)` together, as it does under `l1`. Any v leaves the places of rest where they
    are; this one keeps thresholds at about the learning rate or below where the loss is flat.
    """

    name: ClassVar[str] = "l1_prox"
    strength: Annotated[float, Field(ge=0, le=1e6)]

    def penalty(self, weights: Mapping[str, Tensor]) -> Tensor:
        return self.strength * absolute_sum(weights)

    def gradients(self, step: Step, own: Own) -> None:
        """None: the term acts after the update."""

    def subgradient(self, weight: Tensor) -> Tensor:
        return weight.sign().mul_(self.strength)

    def weights(self, step: Step, own: Own) -> None:  # noqa: ARG002
        for name, weight in own.weights.items():
            self.project(weight, own.updates.step_size(name))

    def project(self, weight: Tensor, step_size: Tensor | float) -> None:
        """Apply the proximal operator of `step_size * term` to one weight `[P, ...]`, in place.

        Parikh and Boyd 2014, "Proximal Algorithms", section 4.2 (proximal gradient method).
        `step_size` is one number, or one for each of the weight's.
        """
        threshold = self.strength * step_size
        # Less what lies within the threshold: exactly zero where all of the weight does.
        weight.sub_(weight.clamp(-threshold, threshold))  # type: ignore[arg-type]

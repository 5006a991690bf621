"""Gaussian dropout (Srivastava et al. 2014, section 10): units times normal noise around 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from regscope.regularizers.noise import UnitNoise

if TYPE_CHECKING:
    from torch import nn


class GaussianDropout(UnitNoise):
    """Each unit after a layer's activation is multiplied by a draw from N(1, rate / (1 - rate)).

    Keras's GaussianDropout(rate): mean and variance are those of dropout's factors at that rate.
    """

    name: ClassVar[str] = "gaussian_dropout"
    searched: ClassVar[tuple[float, ...]] = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)

    def module(self) -> nn.Module:
        from regscope.models.dense import gaussian_dropout

        return gaussian_dropout.GaussianDropout(self.rate)

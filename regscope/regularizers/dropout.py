"""Dropout (Srivastava et al. 2014), inverted: kept units are scaled up while training."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from regscope.regularizers.noise import UnitNoise

if TYPE_CHECKING:
    from torch import nn


class Dropout(UnitNoise):
    """Each unit after a layer's activation is set to zero with probability `rate`."""

    name: ClassVar[str] = "dropout"
    searched: ClassVar[tuple[float, ...]] = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)

    def module(self) -> nn.Module:
        from torch import nn

        return nn.Dropout(self.rate)

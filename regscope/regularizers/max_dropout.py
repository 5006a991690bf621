"""MaxDropout (Santos et al. 2020): the most active units are set to zero while training."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from regscope.regularizers.noise import UnitNoise

if TYPE_CHECKING:
    from torch import nn


class MaxDropout(UnitNoise):
    """Of a layer's activations over the batch, those in the upper part `rate` of their range are 0.

    That is of `(h - min) / (max - min) > 1 - rate`, as the authors' code has it: nothing is drawn,
    and nothing scaled up. Of padded sentences the range would depend on the padding.
    """

    name: ClassVar[str] = "max_dropout"
    searched: ClassVar[tuple[float, ...]] = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
    data_kinds: ClassVar[tuple[str, ...]] = ("image", "points", "table")

    def module(self) -> nn.Module:
        from regscope.models.dense import max_dropout

        return max_dropout.MaxDropout(self.rate)

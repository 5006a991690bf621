"""Spatial dropout (Tompson et al. 2015): whole channels of a picture are set to zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from regscope.models.slots import SlotKind
from regscope.regularizers.base import Target
from regscope.regularizers.noise import Noise

if TYPE_CHECKING:
    from torch import nn


class SpatialDropout(Noise):
    """Each channel of each example is 0 with probability `rate`, after a convolution's activation.

    A channel that stays is scaled up, as by torch's Dropout2d and Keras's SpatialDropout2D.
    `layers` are convolutions.
    """

    name: ClassVar[str] = "spatial_dropout"
    searched: ClassVar[tuple[float, ...]] = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
    data_kinds: ClassVar[tuple[str, ...]] = ("image",)
    slot: ClassVar[SlotKind] = "dropout"
    place: ClassVar[str] = "convolution"

    def choices(self, target: Target) -> tuple[str, ...]:
        return target.channels

    def insert(self, model: nn.Module) -> None:
        from torch import nn

        from regscope.models.slots import channel_slots, fill_slots

        names = channel_slots(model) if self.layers is None else self.layers
        fill_slots(model, self.slot, names, lambda _: nn.Dropout2d(self.rate))

"""L1 of activations: hidden units that are on cost (Keras's `activity_regularizer`)."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.models.slots import SlotKind
from regscope.regularizers.base import Scoped

if TYPE_CHECKING:
    from torch import nn


class ActivityL1(Scoped):
    """The objective has `strength * sum(abs(h)) / B`, h a layer's activations of B examples.

    Keras's convention: a sum over units, a mean over the batch, and examples' weights do not count.
    It is part of every pass, and no part of the loss and the penalty that are recorded. Of padded
    sentences the sum would count the padding.
    """

    name: ClassVar[str] = "activity_l1"
    searched: ClassVar[tuple[float, ...]] = (1e-6, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
    data_kinds: ClassVar[tuple[str, ...]] = ("image", "points", "table")
    slot: ClassVar[SlotKind] = "dropout"
    strength: Annotated[float, Field(ge=0, le=1e6)]

    @property
    def structure(self) -> Hashable:
        """Strengths may differ."""
        return (self.layers,)

    def insert(self, model: nn.Module) -> None:
        from regscope.models.dense import activity
        from regscope.models.slots import fill_slots

        fill_slots(model, self.slot, self.layers, lambda _: activity.ActivityL1(self.strength))

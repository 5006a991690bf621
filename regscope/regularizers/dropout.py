"""Dropout (Srivastava et al. 2014), inverted: kept units are scaled up while training."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.models.slots import SlotKind
from regscope.regularizers.base import Scoped

if TYPE_CHECKING:
    from torch import nn


class Dropout(Scoped):
    """Each unit after a layer's activation is set to zero with probability `rate`."""

    name: ClassVar[str] = "dropout"
    main: ClassVar[str] = "rate"
    slot: ClassVar[SlotKind] = "dropout"
    rate: Annotated[float, Field(ge=0, lt=1)]

    @property
    def structure(self) -> Hashable:
        """Rates may differ."""
        return (self.layers,)

    def insert(self, model: nn.Module) -> None:
        from torch import nn

        from regscope.models.slots import fill_slots

        fill_slots(model, self.slot, self.layers, lambda _: nn.Dropout(self.rate))

"""What methods have in common that put noise on hidden units."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.models.slots import SlotKind
from regscope.regularizers.base import Scoped

if TYPE_CHECKING:
    from torch import nn


class Noise(Scoped):
    """After a hidden layer's activation, while training; `rate` is a dropout's."""

    main: ClassVar[str] = "rate"
    slot: ClassVar[SlotKind] = "dropout"
    rate: Annotated[float, Field(ge=0, lt=1)]

    @property
    def structure(self) -> Hashable:
        """Rates may differ."""
        return (self.layers,)

    def insert(self, model: nn.Module) -> None:
        from regscope.models.slots import fill_slots

        fill_slots(model, self.slot, self.layers, lambda _: self.module())

    @abstractmethod
    def module(self) -> nn.Module:
        """What goes into a slot of one network."""

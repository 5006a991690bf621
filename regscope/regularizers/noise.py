"""What methods have in common that multiply activations by factors while training."""

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
    """Factors of which `rate` says how strongly they act: how often dropout's are 0."""

    main: ClassVar[str] = "rate"
    rate: Annotated[float, Field(ge=0, lt=1)]

    @property
    def structure(self) -> Hashable:
        """Rates may differ."""
        return (self.layers,)


class UnitNoise(Noise):
    """A factor for every unit, after a hidden layer's activation."""

    slot: ClassVar[SlotKind] = "dropout"

    def insert(self, model: nn.Module) -> None:
        from regscope.models.slots import fill_slots

        fill_slots(model, self.slot, self.layers, lambda _: self.module())

    @abstractmethod
    def module(self) -> nn.Module:
        """What goes into a slot of one network."""

"""Dropout (Srivastava et al. 2014), inverted: kept units are scaled up while training."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Scoped, Target

if TYPE_CHECKING:
    from torch import nn


class Dropout(Scoped):
    """Each unit after a layer's activation is set to zero with probability `rate`."""

    name: ClassVar[str] = "dropout"
    main: ClassVar[str] = "rate"
    rate: Annotated[float, Field(ge=0, lt=1)]

    @property
    def structure(self) -> Hashable:
        """Rates may differ."""
        return (self.layers,)

    def choices(self, target: Target) -> tuple[str, ...]:
        return target.slots.get("dropout", ())

    def insert(self, model: nn.Module) -> None:
        from torch import nn

        from regscope.models.slots import fill_slots

        fill_slots(model, "dropout", self.layers, lambda _: nn.Dropout(self.rate))

"""Stochastic depth (Huang et al. 2016): whole residual branches are left out while training."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.models.slots import SlotKind
from regscope.regularizers.base import Scoped

if TYPE_CHECKING:
    from torch import nn


class StochasticDepth(Scoped):
    """Of each example, branch l of L is left out with probability `rate * l / L`.

    The linear decay of their section 3; a branch that stays is scaled up, as by torchvision's
    StochasticDepth in mode "row". `layers` are branches.
    """

    name: ClassVar[str] = "stochastic_depth"
    main: ClassVar[str] = "rate"
    slot: ClassVar[SlotKind] = "residual"
    rate: Annotated[float, Field(ge=0, lt=1)]

    @property
    def structure(self) -> Hashable:
        """Rates may differ."""
        return (self.layers,)

    def insert(self, model: nn.Module) -> None:
        from regscope.models.dense.dropped_branch import DroppedBranch
        from regscope.models.slots import fill_slots, slot_names

        branches = slot_names(model, self.slot)
        rates = {
            branch: self.rate * number / len(branches)
            for number, branch in enumerate(branches, start=1)
        }
        for branch in branches if self.layers is None else self.layers:
            dropped = DroppedBranch(rates[branch])
            fill_slots(model, self.slot, [branch], lambda _, made=dropped: made)  # type: ignore[misc]

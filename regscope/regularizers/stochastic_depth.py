"""Stochastic depth (Huang et al. 2016): whole residual branches are left out while training."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from regscope.models.slots import SlotKind
from regscope.regularizers.noise import Noise

if TYPE_CHECKING:
    from torch import nn


class StochasticDepth(Noise):
    """Of each example, branch l of L is left out with probability `rate * l / L`.

    The linear decay of their section 3; a branch that stays is scaled up, as by torchvision's
    StochasticDepth in mode "row". `layers` are branches.
    """

    name: ClassVar[str] = "stochastic_depth"
    searched: ClassVar[tuple[float, ...]] = (0.1, 0.2, 0.3, 0.5, 0.7)
    slot: ClassVar[SlotKind] = "residual"
    place: ClassVar[str] = "residual branch"

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

"""Batch normalization (Ioffe and Szegedy 2015), between a layer's weights and its activation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field, StrictBool

from regscope.base.settings import refusal
from regscope.models.slots import SlotKind
from regscope.regularizers.base import Scoped, Target

if TYPE_CHECKING:
    from torch import nn


class BatchNorm(Scoped):
    """`true` in params.yaml; `momentum` weighs the newest batch in the running statistics."""

    name: ClassVar[str] = "batch_norm"
    main: ClassVar[str] = "enabled"
    searched: ClassVar[tuple[float, ...]] = (True,)
    slot: ClassVar[SlotKind] = "norm"
    enabled: StrictBool = True
    momentum: Annotated[float, Field(gt=0, le=1)] = 0.1
    epsilon: Annotated[float, Field(gt=0)] = 1e-5

    def check(self, target: Target) -> None:
        if target.normalization != "none":
            raise refusal(
                self.name,
                None,
                f"the network has {target.normalization} normalization of its own:"
                " model.normalization must be none",
            )
        super().check(target)

    def insert(self, model: nn.Module) -> None:
        from regscope.models.slots import fill_slots

        fill_slots(model, self.slot, self.layers, self._normalization)

    def _normalization(self, layer: nn.Module) -> nn.Module:
        from torch import nn

        if isinstance(layer, nn.Conv2d):
            return nn.BatchNorm2d(layer.out_channels, self.epsilon, self.momentum)
        assert isinstance(layer.out_features, int)
        return nn.BatchNorm1d(layer.out_features, self.epsilon, self.momentum)

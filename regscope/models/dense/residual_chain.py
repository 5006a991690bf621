"""The module of `regscope.models.mlp` where blocks are residual."""

from __future__ import annotations

from torch import Tensor, nn


class ResidualChain(nn.Sequential):
    """Modules one after another; what enters a layer that has a slot for its branch goes around it.

    The branch of `hidden2` ends with `hidden2_residual`, behind which both are added.
    """

    def forward(self, values: Tensor) -> Tensor:
        modules = dict(self.named_children())
        around = values
        for name, module in modules.items():
            if f"{name}_residual" in modules:
                around = values
            values = module(values)
            if name.endswith("_residual"):
                values = around + values
        return values

"""The module of stochastic depth (Huang et al. 2016).

torchvision's StochasticDepth is the same; loading torchvision takes seconds and 100 MB in every
process that trains.
"""

from __future__ import annotations

from torch import Tensor, nn


class DroppedBranch(nn.Module):
    """Each example of a residual branch `[B, ...]` is 0 with probability `p`, or scaled up.

    By `1 / (1 - p)`, while training; in evaluation all stay as they are. `mode` is torchvision's
    name for one draw an example.
    """

    mode = "row"

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, branch: Tensor) -> Tensor:
        if not self.training or not self.p:
            return branch
        kept = branch.new_empty(len(branch), *[1] * (branch.dim() - 1)).bernoulli_(1 - self.p)
        return branch * kept.div_(1 - self.p)

    def extra_repr(self) -> str:
        return f"p={self.p:g}"

"""How many floating-point operations a network takes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry


def operations(network: nn.Module, inputs: Tensor) -> int:
    """Floating-point operations of an example's way forward, as torch counts products.

    Two a weight at least: what torch does not know, a recurrence for one, counts as nothing there.
    """
    least = 2 * sum(parameter.numel() for parameter in network.parameters())
    if any(parameter.is_meta for parameter in network.parameters()):
        return least
    counter = _Counter()
    with torch.no_grad(), counter:
        network(inputs)
    return max(least, counter.total // len(inputs))


class _Counter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While it is on: what torch's own FlopCounterMode counts, which loads torch's compiler.

    That takes longer than training a small cell.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Whether torch keeps its compiler from compiling what follows, for which it loads it."""
        return False

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        made = function(*args, **(kwargs or {}))
        if rule := flop_registry.get(function._overloadpacket):
            self.total += rule(*args, **(kwargs or {}), out_val=made)
        return made

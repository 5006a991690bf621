"""In which numbers a network, or a layer, computes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor

from regscope.arithmetic import Precision


def compute_in(precision: Precision, device: torch.device) -> AbstractContextManager[object]:
    """Where a network's forward pass runs, so that it runs in `precision`."""
    if precision == "bfloat16":
        # Its cache of cast weights would outlive a recorded CUDA graph, and saves nothing here.
        return torch.autocast(device.type, torch.bfloat16, cache_enabled=False)
    return nullcontext()


@contextmanager
def tf32_where(allowed: bool) -> Iterator[None]:
    """Let GPU products round their factors to TF32 here, or not: the switch is the process's."""
    cudnn: Any = torch.backends.cudnn
    switches: list[Any] = [torch.backends.cuda.matmul, cudnn.conv, cudnn.rnn]
    before = [switch.fp32_precision for switch in switches]
    for switch in switches:
        switch.fp32_precision = "tf32" if allowed else "ieee"
    try:
        yield
    finally:
        for switch, precision in zip(switches, before, strict=True):
            switch.fp32_precision = precision


def autocast_tensors(*tensors: Tensor | None) -> tuple[Tensor | None, ...]:
    """Under `torch.autocast` the tensors in its number format, elsewhere as they are.

    Functions with a backward of their own need it: torch casts only what its own operators read,
    and their backward would meet tensors of two formats.
    """
    kind = next(tensor.device.type for tensor in tensors if tensor is not None)
    if not (torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind)):
        return tensors
    target = torch.get_autocast_dtype(kind)
    return tuple(None if tensor is None else tensor.to(target) for tensor in tensors)

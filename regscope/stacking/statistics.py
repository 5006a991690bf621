"""Running statistics of batch normalization, taken anew."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase

from regscope.stacking.layers import StackedBatchNorm

RUNNING = ("running_mean", "running_var")


def normalizing_layers(stack: nn.Module) -> dict[str, nn.Module]:
    """The layers of a stack, or of the networks that it loops over, that keep such, by path."""
    found: dict[str, nn.Module] = {}
    for path, module in stack.named_modules():
        if isinstance(module, StackedBatchNorm):
            found[path] = module
        for plain in getattr(module, "_plain", ()):
            for inner, layer in plain.named_modules():
                if isinstance(layer, _NormBase) and layer.track_running_stats:
                    found[f"{path}.{inner}".strip(".")] = layer
    return found


@torch.no_grad()
def renewed_statistics(stack: nn.Module, batches: Iterable[Tensor]) -> dict[str, Tensor]:
    """The means over `batches` of what each has by itself, `[S, ...]` by name; there is one batch.

    As `torch.optim.swa_utils.update_bn` makes them: in training mode, so that dropout drops, and
    every batch counts alike. The stack is left in evaluation mode, with its buffers as they were.
    """
    layers = normalizing_layers(stack)
    buffers = dict(stack.named_buffers())
    before = {name: tensor.clone() for name, tensor in buffers.items()}
    sums = {
        name: torch.zeros_like(buffers[name], dtype=torch.float64)
        for name in (f"{path}.{kind}" for path in layers for kind in RUNNING)
    }
    momentums = {path: layer.momentum for path, layer in layers.items()}
    count = 0
    stack.train()
    try:
        for layer in layers.values():
            # Of the last batch alone.
            layer.momentum = 1.0  # type: ignore[assignment]
        for inputs in batches:
            stack(inputs)
            count += 1
            for name, total in sums.items():
                total += buffers[name]
    finally:
        for path, layer in layers.items():
            layer.momentum = momentums[path]
        for name, tensor in buffers.items():
            tensor.copy_(before[name])
        stack.eval()
    return {name: (total / count).to(buffers[name].dtype) for name, total in sums.items()}

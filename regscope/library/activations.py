"""Hidden units of any torch module: what leaves its activation modules."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import activation

from regscope.library.channels import Channels
from regscope.library.passing import Batch

OTHERS = {"GLU", "LogSoftmax", "MultiheadAttention", "Softmax", "Softmax2d", "Softmin", "Threshold"}
"""In torch's module of activations, and not functions of one number each."""

KINDS = tuple(getattr(activation, name) for name in activation.__all__ if name not in OTHERS)


def hidden_units(
    model: nn.Module, batches: list[Batch]
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """`{activation: [N, units]}` of every activation module, and why others have none.

    `[B, U]` are units as they stand; of maps `[B, C, H, W]` or `[B, H, W, C]` the units are
    channels, each averaged over its map, where `Channels` tells which axis they are; of sentences
    `[B, T, U]`, whose labels are `[B, T]`, every word counts. A module that is used several times
    in a pass counts as several, `relu`, `relu (2)`, ... What leaves the model as its output is not
    hidden.
    """
    seen: dict[str, list[Tensor]] = {}
    refused: dict[str, str] = {}
    calls: Counter[str] = Counter()
    arrived: list[tuple[str, Tensor, Tensor | None]] = []

    def keep(
        _: nn.Module, given: tuple[Any, ...], found: Tensor, *, name: str, labels: Tensor
    ) -> None:
        calls[name] += 1
        key = name if calls[name] == 1 else f"{name} ({calls[name]})"
        arrived.append((key, found, _units(found, labels, channels.axis(given, found))))

    for inputs, labels in batches:
        channels = Channels(KINDS)
        calls.clear()
        arrived.clear()
        handles = [
            module.register_forward_hook(partial(keep, name=name or "model", labels=labels))
            for name, module in model.named_modules()
            if isinstance(module, KINDS)
        ]
        try:
            with channels.followed(model):
                output = model(inputs)
        finally:
            for handle in handles:
                handle.remove()
        for key, found, units in arrived:
            if found is output:
                continue
            if units is None:
                refused[f"units of {key}"] = (
                    f"activations of shape {list(found.shape)}: which axis is that of the units"
                    " cannot be told"
                )
            else:
                seen.setdefault(key, []).append(units)
    for key, parts in seen.items():
        if counts := _differing(parts):
            refused[f"units of {key}"] = f"not as many in every batch: {counts}"
    told = {key: parts for key, parts in seen.items() if f"units of {key}" not in refused}
    return {key: torch.cat(parts) for key, parts in told.items()}, refused


def _units(found: Tensor, labels: Tensor, axis: int | None) -> Tensor | None:
    if labels.dim() == 2 and found.shape[:2] == labels.shape and found.dim() == 3:
        return found[labels >= 0].cpu()
    if labels.dim() == 1 and found.dim() == 2 and len(found) == len(labels):
        # A later module may change what it is given in place.
        return found.cpu().clone()
    if labels.dim() == 1 and found.dim() > 3 and len(found) == len(labels) and axis is not None:
        return found.movedim(axis, 1).flatten(2).mean(2).cpu()
    return None


def _differing(parts: list[Tensor]) -> str:
    """How many units the batches have, where they differ, which of maps of any size they do not."""
    counts = sorted({part.shape[1] for part in parts})
    return ", ".join(map(str, counts)) if len(counts) > 1 else ""

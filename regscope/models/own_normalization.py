"""Normalization as a setting of a network, in place of the slot where a method may put one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import nn

Normalization = Literal["none", "batch", "layer"]
"""Batch: Ioffe and Szegedy 2015; layer: Ba, Kiros and Hinton 2016."""

NormalizationOfMaps = Literal["none", "batch", "layer", "group"]
"""Group: Wu and He 2018. Layer normalization of maps is that of one group: mean and variance are of
all channels and places of an example, gain and shift a channel's."""


def after(
    name: str, layer: nn.Linear | nn.Conv2d, kind: NormalizationOfMaps, groups: int = 1
) -> dict[str, nn.Module]:
    """What follows the layer `name`: the slot `<name>_norm`, or `<name>_normalization`."""
    from torch import nn

    if kind == "none":
        return {f"{name}_norm": nn.Identity()}
    made: nn.Module
    if isinstance(layer, nn.Linear):
        width = layer.out_features
        made = nn.BatchNorm1d(width) if kind == "batch" else nn.LayerNorm(width)
    elif kind == "batch":
        made = nn.BatchNorm2d(layer.out_channels)
    else:
        made = nn.GroupNorm(groups, layer.out_channels)
    return {f"{name}_normalization": made}

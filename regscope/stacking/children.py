"""The layers within a layer, each place by itself."""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn


def children_by_place(parent: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Names and layers, a layer that stands at two places twice, which `named_children` leaves out.

    Places may be given other layers meanwhile.
    """
    for name, child in list(parent._modules.items()):
        if child is not None:
            yield name, child

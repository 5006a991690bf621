"""Where a stack stands between two epochs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass
class Progress:
    """Where a stack stands: `history` `[columns, S, epochs done]` and the state to go on from.

    `numbers` are its places': of one cell its seeds; of cells that train together they count on
    from cell to cell (`engine.together`). At the end `model` is what training hands over.
    """

    numbers: tuple[int, ...]
    epoch: int
    history: Tensor
    model: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    memory: dict[str, Tensor] = field(default_factory=dict)


def side_by_side(tensors: Sequence[Tensor]) -> Tensor:
    """Of neighbouring places, `[S, ...]`; what is one number is the same for all."""
    return tensors[0] if len(tensors) == 1 or not tensors[0].dim() else torch.cat(list(tensors))

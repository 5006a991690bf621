"""The stacked counterpart of the first layer of networks that read tables."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from regscope.models.dense.columns import ColumnEmbedding, columns_seen


class StackedColumnEmbedding(nn.Module):
    """Every network has its own median, mean and deviation `[S, N]`, and `weight` `[S, rows, E]`.

    Inputs `[S*B, D]`, outputs `[S*B, width]`.
    """

    median: Tensor
    mean: Tensor
    deviation: Tensor
    known: Tensor
    first: Tensor

    def __init__(self, layers: Sequence[ColumnEmbedding]) -> None:
        super().__init__()
        self.layout = layers[0].layout
        self.seeds = len(layers)
        for name in ("median", "mean", "deviation", "known"):
            self.register_buffer(name, torch.stack([getattr(layer, name) for layer in layers]))
        if layers[0].weight is None:
            self.register_parameter("weight", None)
        else:
            self.weight = nn.Parameter(torch.stack([layer.weight.detach() for layer in layers]))
        first = torch.arange(self.seeds, device=self.known.device) * self.layout.rows
        self.register_buffer("first", first.view(-1, 1, 1), persistent=False)

    def forward(self, inputs: Tensor) -> Tensor:
        parts, rows = self.parts(inputs)
        return self.joined(parts, rows)

    def parts(self, inputs: Tensor) -> tuple[list[Tensor], Tensor | None]:
        """What needs no gradient: numbers, gaps, and rows in the table of all networks' weights."""
        by_seed = inputs.view(self.seeds, -1, inputs.shape[-1])
        own = (self.median, self.mean, self.deviation, self.known)
        parts, rows = columns_seen(by_seed, self.layout, *own)
        return parts, None if rows is None else rows + self.first

    def joined(self, parts: list[Tensor], rows: Tensor | None) -> Tensor:
        if rows is not None:
            found = functional.embedding(rows, self.weight.flatten(0, 1))
            parts = [*parts, found.flatten(2)]
        return torch.cat(parts, 2).flatten(0, 1)

    def weight_gradient(self, gradient: Tensor, rows: Tensor) -> Tensor:
        """Of `weight`, from the gradient of the outputs `[S*B, width]`."""
        seeds, size, dimension = self.weight.shape
        of_found = gradient[:, -rows.shape[2] * dimension :].reshape(-1, dimension)
        of_rows: Tensor = torch.ops.aten.embedding_dense_backward(
            of_found, rows.reshape(-1), seeds * size, -1, False
        )
        return of_rows.view(seeds, size, dimension)

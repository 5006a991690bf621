"""The stacked counterpart of the first layer of networks that read tables."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from regscope.models.dense.columns import ColumnEmbedding


class StackedColumnEmbedding(nn.Module):
    """Every network has its own median, mean and deviation `[S, N]`, and `weight` `[S, rows, E]`.

    Inputs `[S*B, D]`, outputs `[S*B, width]`.
    """

    median: Tensor
    mean: Tensor
    deviation: Tensor
    known: Tensor
    first: Tensor
    looked_up: Tensor
    starts: Tensor

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
        # Of all networks' rows, one after another: what is known does not change while training.
        rows = torch.cat([layer.rows() + start for layer, start in zip(layers, first, strict=True)])
        self.register_buffer("looked_up", rows.view(self.seeds, -1), persistent=False)
        starts = torch.tensor(self.layout.starts, dtype=torch.int64, device=rows.device)
        self.register_buffer("starts", self.first + starts, persistent=False)

    def forward(self, inputs: Tensor) -> Tensor:
        parts, rows = self.parts(inputs)
        return self.joined(parts, rows)

    def parts(self, inputs: Tensor) -> tuple[list[Tensor], Tensor | None]:
        """What needs no gradient: numbers, gaps, and rows in the table of all networks' weights."""
        by_seed = inputs.view(self.seeds, -1, inputs.shape[-1])
        own = (self.median, self.mean, self.deviation)
        parts = self.layout.numbers_seen(by_seed, *(tensor.unsqueeze(1) for tensor in own))
        if not self.layout.categories:
            return parts, None
        wanted = self.layout.codes(by_seed) + self.starts
        return parts, self.looked_up.view(-1).index_select(0, wanted.view(-1)).view_as(wanted)

    def joined(self, parts: list[Tensor], rows: Tensor | None) -> Tensor:
        if rows is not None:
            weight = self.weight.flatten(0, 1)
            if torch.is_grad_enabled():
                found = weight[rows]
            else:
                # A third of the time; its own way back would take many times as long.
                found = weight.index_select(0, rows.view(-1))
            parts = [*parts, found.view(*rows.shape[:2], -1)]
        return torch.cat(parts, 2).flatten(0, 1)

    def weight_gradient(self, gradient: Tensor, rows: Tensor) -> Tensor:
        """Of `weight`, from the gradient of the outputs `[S*B, width]`."""
        seeds, size, dimension = self.weight.shape
        of_found = gradient[:, -rows.shape[2] * dimension :].reshape(-1, dimension)
        # A third of the time of an embedding's own backward, with the same bits; in one order on a
        # GPU, too.
        of_rows = gradient.new_zeros(seeds * size, dimension)
        of_rows.index_put_((rows.reshape(-1),), of_found, accumulate=True)
        return of_rows.view(seeds, size, dimension)

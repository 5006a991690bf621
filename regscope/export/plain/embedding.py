"""What a network reads a table with, in torch alone: it becomes a part of model.py."""

from __future__ import annotations

import torch
from torch import nn


class ColumnEmbedding(nn.Module):
    """Rows of a table `[B, D]`, nan where a value is missing, to numbers near 0 `[B, width]`.

    `numbers` and `categories` are places of columns, `gaps` places among the numbers. Numbers come
    out standardized, with the median where one is missing; then 1 for every one of `gaps` that is
    missing; then `embedding` numbers for every category. The rows of a category's part of `weight`,
    from its one of `starts`, are: an unknown category, a missing one, the first and on.
    """

    median: torch.Tensor
    mean: torch.Tensor
    deviation: torch.Tensor
    known: torch.Tensor
    starts: torch.Tensor

    def __init__(
        self,
        numbers: list[int],
        gaps: list[int],
        categories: list[int],
        starts: list[int],
        rows: int,
        embedding: int,
    ) -> None:
        super().__init__()
        self.numbers, self.gaps, self.categories = numbers, gaps, categories
        for name in ("median", "mean", "deviation"):
            self.register_buffer(name, torch.zeros(len(numbers)))
        self.register_buffer("known", torch.ones(rows, dtype=torch.bool))
        self.register_buffer("starts", torch.tensor(starts, dtype=torch.long), persistent=False)
        self.weight = nn.Parameter(torch.zeros(rows, embedding)) if categories else None

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        parts = []
        if self.numbers:
            numbers = inputs[:, self.numbers]
            missing = numbers.isnan()
            filled = torch.where(missing, self.median, numbers)
            parts.append((filled - self.mean) / self.deviation)
            if self.gaps:
                parts.append(missing[:, self.gaps].to(inputs.dtype))
        if self.weight is not None:
            held = inputs[:, self.categories]
            rows = torch.where(held < 0, 0.0, held + 2)
            rows = torch.where(held.isnan(), 1.0, rows).long() + self.starts
            # What did not train is as good as unknown.
            rows = torch.where(self.known[rows], rows, self.starts)
            parts.append(self.weight[rows].flatten(1))
        return torch.cat(parts, 1)

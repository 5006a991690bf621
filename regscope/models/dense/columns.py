"""The first module of a network that reads a table: what makes columns into numbers near 0.

What it knows of a column (median, mean, deviation, which categories there are) is fitted to the
examples that train, once, and kept in buffers: it is no parameter, and travels with the network.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

NUMBER, NUMBER_WITH_GAPS = 0, -1
"""In place of a column's number of categories."""

UNKNOWN, MISSING, FIRST = 0, 1, 2
"""Rows of a column's part of the embedding: of a category that did not train, of none, and of the
first category: two beyond its place."""


@dataclass(frozen=True)
class Layout:
    """Which columns of a table are what, in the order in which they stand.

    `starts` are the first rows of the categories' parts of one embedding of `rows` rows; `gaps` are
    places among the `numbers`.
    """

    numbers: tuple[int, ...]
    gaps: tuple[int, ...]
    categories: tuple[int, ...]
    starts: tuple[int, ...]
    rows: int

    @classmethod
    def of(cls, columns: Sequence[int]) -> Layout:
        """Of a table's `input_shape`."""
        numbers = tuple(place for place, held in enumerate(columns) if held <= NUMBER)
        gaps = [columns[place] == NUMBER_WITH_GAPS for place in numbers]
        categories = tuple(place for place, held in enumerate(columns) if held > NUMBER)
        ends = np.cumsum([FIRST + columns[place] for place in categories], dtype=int).tolist()
        return cls(
            numbers,
            tuple(place for place, is_one in enumerate(gaps) if is_one),
            categories,
            tuple([0, *ends][: len(categories)]),
            ends[-1] if ends else 0,
        )

    def width(self, embedding: int) -> int:
        """How many numbers come out."""
        return len(self.numbers) + len(self.gaps) + embedding * len(self.categories)

    def numbers_seen(
        self, inputs: Tensor, median: Tensor, mean: Tensor, deviation: Tensor
    ) -> list[Tensor]:
        """Of inputs `[..., D]` the numbers `[..., N]`, standardized, and which are missing
        `[..., G]`, where there are any. What is known of them is `[..., N]`, too."""
        if not self.numbers:
            return []
        numbers = _chosen(inputs, self.numbers)
        missing = numbers.isnan()
        filled = torch.where(missing, median, numbers)
        parts = [(filled - mean) / deviation]
        if self.gaps:
            parts.append(_chosen(missing, self.gaps).to(inputs.dtype))
        return parts

    def codes(self, inputs: Tensor) -> Tensor:
        """Of inputs `[..., D]` every category's row in its own column's part, `[..., C]`."""
        return _codes(_chosen(inputs, self.categories))


def _chosen(values: Tensor, columns: tuple[int, ...]) -> Tensor:
    """`values[..., columns]`; neighbours need no copy."""
    first, last = columns[0], columns[-1]
    if columns == tuple(range(first, last + 1)):
        return values[..., first : last + 1]
    # By this a third of the time of an index in brackets.
    return values.index_select(-1, torch.tensor(columns, device=values.device))


def _codes(categories: Tensor) -> Tensor:
    """Rows from 0 of places among a column's categories, -1 being an unknown one and nan none."""
    rows = torch.where(categories < 0, float(UNKNOWN), categories + FIRST)
    return rows.nan_to_num(nan=MISSING).long()


class ColumnEmbedding(nn.Module):
    """Rows of a table `[B, D]` to `[B, width]`; a value that is missing is nan.

    Numbers come first: the median where one is missing, standardized; then, for columns that have
    gaps, 1 where one is missing and 0 elsewhere; then `embedding` numbers for every category, which
    are `weight` `[rows, embedding]`, drawn from U(-1/sqrt(embedding), +same) (Gorishniy et al.
    2021, "Revisiting deep learning models for tabular data"). Categories that did not train share
    a row of zeros in each column.
    """

    median: Tensor
    mean: Tensor
    deviation: Tensor
    known: Tensor

    def __init__(self, columns: Sequence[int], embedding: int) -> None:
        super().__init__()
        self.layout = layout = Layout.of(columns)
        self.embedding = embedding
        for name, fill in (("median", 0.0), ("mean", 0.0), ("deviation", 1.0)):
            self.register_buffer(name, torch.full((len(layout.numbers),), fill))
        self.register_buffer("known", torch.ones(layout.rows, dtype=torch.bool))
        if layout.rows:
            self.weight = nn.Parameter(torch.empty(layout.rows, embedding))
            self.draw()
        else:
            self.register_parameter("weight", None)

    def draw(self) -> None:
        bound = 1 / math.sqrt(self.embedding)
        with torch.no_grad():
            self.weight.uniform_(-bound, bound)
            self.weight[[start + UNKNOWN for start in self.layout.starts]] = 0

    def fit(self, inputs: np.ndarray) -> None:
        """Learn what is to be known of the columns from examples `[n, D]` that train.

        Sums are exact but for one rounding, so that every processor comes to the same. A column
        without any number is 0 throughout; one that never varies is only moved to 0.
        """
        for place, column in enumerate(self.layout.numbers):
            values = inputs[:, column].astype(np.float64)
            there = values[~np.isnan(values)]
            middle = float(np.median(there)) if len(there) else 0.0
            filled = np.where(np.isnan(values), middle, values)
            mean = math.fsum(filled.tolist()) / len(filled)
            deviation = math.sqrt(math.fsum(np.square(filled - mean).tolist()) / len(filled))
            self.median[place], self.mean[place] = middle, mean
            # Beyond rounding: what is left of a column of one value is none of its spread.
            varies = bool(there.size) and there.min() < there.max()
            self.deviation[place] = deviation if varies and deviation else 1.0
        for start, column in zip(self.layout.starts, self.layout.categories, strict=True):
            codes = _codes(torch.from_numpy(inputs[:, column]))
            self.known[start : self._end(start)] = False
            self.known[start + codes] = True

    def _end(self, start: int) -> int:
        return min((one for one in self.layout.starts if one > start), default=self.layout.rows)

    def forward(self, inputs: Tensor) -> Tensor:
        parts = self.layout.numbers_seen(inputs, self.median, self.mean, self.deviation)
        if self.layout.categories:
            starts = torch.tensor(self.layout.starts, device=inputs.device)
            rows = self.rows()[self.layout.codes(inputs) + starts]
            parts.append(self.weight[rows].flatten(1))
        return torch.cat(parts, 1)

    def rows(self) -> Tensor:
        """`[rows]`: the row that is looked up in place of each: its own where it is known."""
        own = torch.arange(len(self.known), device=self.known.device)
        unknown = [
            own.new_full((self._end(start) - start,), start + UNKNOWN)
            for start in self.layout.starts
        ]
        return torch.where(self.known, own, torch.cat([own[:0], *unknown]))


def fitted(network: nn.Module, inputs: np.ndarray) -> None:
    """Fit what a network reads a table with, if it reads one, to examples that train."""
    for module in network.modules():
        if isinstance(module, ColumnEmbedding):
            module.fit(inputs)


def drawn_anew(network: nn.Module) -> None:
    """Draw the weights of categories as they are drawn where a table is read."""
    for module in network.modules():
        if isinstance(module, ColumnEmbedding) and module.weight is not None:
            module.draw()

"""Networks as a person writes them: copied beside a test's working directory as my_nets.py."""

from __future__ import annotations

import math
from collections import OrderedDict

import torch
from torch import Tensor, nn


class Dense(nn.Module):
    """What `kind: mlp` with hidden [16, 8] computes, by a forward of its own."""

    def __init__(self, input_shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.hidden1 = nn.Linear(math.prod(input_shape), 16)
        self.hidden1_norm = nn.Identity()
        self.hidden1_activation = nn.ReLU()
        self.hidden1_dropout = nn.Identity()
        self.hidden2 = nn.Linear(16, 8)
        self.hidden2_norm = nn.Identity()
        self.hidden2_activation = nn.ReLU()
        self.hidden2_dropout = nn.Identity()
        self.output = nn.Linear(8, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        for layer in self.children():
            inputs = layer(inputs)
        return inputs


def chain(input_shape: tuple[int, ...], classes: int) -> nn.Sequential:
    return nn.Sequential(OrderedDict(Dense(input_shape, classes).named_children()))


class Attending(nn.Module):
    """Rows of a picture as words: positions at its root, attention, residual sums, GroupNorm."""

    def __init__(self, input_shape: tuple[int, ...], classes: int, width: int = 16) -> None:
        super().__init__()
        rows, columns = input_shape[-2:]
        self.embedding = nn.Linear(columns, width)
        self.positions = nn.Parameter(torch.randn(1, rows, width) * 0.02)
        self.pre_norm = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, 2, batch_first=True)
        self.attention_residual = nn.Identity()
        self.hidden = nn.Linear(width, width)
        self.hidden_dropout = nn.Identity()
        self.groups = nn.GroupNorm(4, width)
        self.dropped = nn.Dropout(0.2)
        self.output = nn.Linear(width, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        rows = self.embedding(inputs.squeeze(1)) + self.positions
        seen = self.pre_norm(rows)
        seen, _ = self.attention(seen, seen, seen, need_weights=False)
        rows = rows + self.attention_residual(seen)
        rows = rows + self.dropped(self.hidden_dropout(self.hidden(rows).relu()))
        outputs: Tensor = self.output(self.groups(rows.mean(1)))
        return outputs


class Recurrent(nn.Module):
    """An LSTM over the rows, and a norm over batches with running statistics."""

    def __init__(self, input_shape: tuple[int, ...], classes: int, cell: str = "LSTM") -> None:
        super().__init__()
        self.rows: nn.RNNBase = getattr(nn, cell)(input_shape[-1], 7, batch_first=True)
        self.rows_dropout = nn.Identity()
        self.centred = nn.BatchNorm1d(7, affine=False)
        self.output = nn.Linear(7, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        rows, _ = self.rows(inputs.squeeze(1))
        outputs: Tensor = self.output(self.centred(self.rows_dropout(rows)[:, -1]))
        return outputs


class Convolving(nn.Module):
    """A block of convolutions used twice, beside what enters it."""

    def __init__(self, input_shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(input_shape[0], 4, 3, padding=1)
        self.block = nn.Sequential(nn.GroupNorm(2, 4), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1))
        self.output = nn.Linear(4, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        maps = self.stem(inputs)
        for _ in range(2):
            maps = maps + self.block(maps)
        outputs: Tensor = self.output(maps.mean((2, 3)))
        return outputs


class Mapping(nn.Module):
    """Channels dropped by the network itself, and a slot for more of that behind a convolution."""

    def __init__(self, input_shape: tuple[int, ...], classes: int, shifted: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(input_shape[0], 4, 3)
        self.dropped = nn.Dropout2d(0.3)
        self.conv_dropout = nn.Identity()
        self.hidden = nn.Linear(4, 5)
        self.hidden_dropout = nn.Identity()
        self.output = nn.Linear(5, classes)
        self.shift = nn.Parameter(torch.zeros(classes)) if shifted else None

    def forward(self, inputs: Tensor) -> Tensor:
        maps = self.conv_dropout(self.dropped(self.conv(inputs).relu()))
        hidden = self.hidden_dropout(self.hidden(maps.mean((2, 3))).relu())
        outputs: Tensor = self.output(hidden)
        return outputs if self.shift is None else outputs + self.shift


class Repeating(nn.Module):
    """One nn.Dropout under two names; a parameter at its root, where it is asked for, is what keeps
    it from being stacked."""

    def __init__(self, input_shape: tuple[int, ...], classes: int, shifted: bool = False) -> None:
        super().__init__()
        self.hidden = nn.Linear(math.prod(input_shape), 16)
        self.first = self.second = nn.Dropout(0.5)
        self.output = nn.Linear(16, classes)
        self.shift = nn.Parameter(torch.zeros(classes)) if shifted else None

    def forward(self, inputs: Tensor) -> Tensor:
        hidden = self.second(self.hidden(self.first(inputs.flatten(1))).relu())
        outputs: Tensor = self.output(hidden)
        return outputs if self.shift is None else outputs + self.shift


class Particular(nn.Module):
    """Raises, without a word, where it is given other numbers of examples than 1 and 4."""

    def __init__(self, input_shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        self.output = nn.Linear(math.prod(input_shape), classes)

    def forward(self, inputs: Tensor) -> Tensor:
        if len(inputs) not in (1, 4):
            raise ValueError
        outputs: Tensor = self.output(inputs.flatten(1))
        return outputs


class Unaware(nn.Module):
    """Keeps what there is nothing to tell of yet."""

    def __init__(self, input_shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        self.output = nn.Linear(math.prod(input_shape), classes)
        self.register_buffer("seen", torch.full((classes,), math.nan))

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.output(inputs.flatten(1))
        return outputs


class Tagging(nn.Module):
    """Of sentences: `input_shape` is [T, words]."""

    def __init__(self, input_shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(input_shape[1], 6, padding_idx=0)
        self.words = nn.GRU(6, 5, batch_first=True)
        self.output = nn.Linear(5, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.output(self.words(self.embedding(inputs))[0])
        return outputs


def bare(input_shape: tuple[int, ...], classes: int) -> nn.Module:
    """A layer and nothing around it."""
    return nn.Linear(input_shape[0], classes)

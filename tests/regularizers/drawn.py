"""Methods that change a step's batch by draws of their own, in the plain loop."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from regscope.datasets import Dataset
from tests.regularizers.plain import SEED, SIZE, Plain
from tests.training.reference import Words, stream

Change = Callable[[Words, Tensor, Tensor], tuple[Tensor, Tensor]]


class Drawn(Plain):
    """`change` makes what trains of the epoch's words, inputs `[B, ...]` and labels `[B]`.

    Its targets may be rows of probabilities. Examples are in the order in which the epoch reads
    them.
    """

    def __init__(self, digits: Dataset, purpose: str, change: Change) -> None:
        super().__init__(digits)
        self.purpose, self.change = purpose, change
        self.epoch = 0

    def backward(self) -> None:
        order = torch.randperm(SIZE, generator=stream(SEED, "order", self.epoch))
        words = Words(SEED, self.purpose, self.epoch)
        inputs, targets = self.change(words, self.inputs[order], self.labels[order])
        self.optimizer.zero_grad()
        torch.autograd.backward(nn.functional.cross_entropy(self.network(inputs), targets))
        self.epoch += 1


def uniform(words: Words, count: int) -> np.ndarray:
    """On [-1, 1), from 24 bits each."""
    return (words.draw(count, np.int32) >> 8) / 2**23


def normal(words: Words, count: int) -> np.ndarray:
    """Box and Muller's, as their paper writes it."""
    half = -(-count // 2)
    drawn = uniform(words, 2 * half)
    length = np.sqrt(-2 * np.log((1 - drawn[:half]) / 2))
    angle = np.pi * drawn[half:]
    return np.concatenate([length * np.cos(angle), length * np.sin(angle)])[:count]

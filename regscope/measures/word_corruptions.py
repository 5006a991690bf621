"""Corrupted sentences: words that are lost, or that stand in another's place.

Sentences are word ids `[N, T]`, padded at their ends; so are those that come out.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from regscope.datasets.base import PADDING_WORD, UNKNOWN_WORD


def word_dropout(words: Tensor, size: float, stream: np.random.Generator) -> Tensor:
    """Every word becomes the unknown one with probability `size`."""
    lost = torch.from_numpy(stream.random(tuple(words.shape), dtype=np.float32)) < size
    return words.masked_fill(lost & (words != PADDING_WORD), UNKNOWN_WORD)


def swap(words: Tensor, size: float, stream: np.random.Generator) -> Tensor:
    """A share `size` of the neighbouring pairs of a sentence change places.

    Pairs are side by side, from a sentence's first or second word on, which is drawn; so a word
    moves by one place at most.
    """
    number, places = words.shape
    draws = torch.from_numpy(stream.random((number, places + 1), dtype=np.float32))
    position = torch.arange(places).expand(number, -1)
    first = (position - (draws[:, :1] < 0.5).long()) % 2 == 0
    follows = torch.zeros_like(words, dtype=torch.bool)
    follows[:, :-1] = words[:, 1:] != PADDING_WORD
    forward = first & follows & (draws[:, 1:] < size)
    backward = torch.zeros_like(forward)
    backward[:, 1:] = forward[:, :-1]
    return words.gather(1, position + forward.long() - backward.long())

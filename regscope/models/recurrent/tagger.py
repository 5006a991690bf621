"""The module of a recurrent tagger, for one network or, its layers swapped, for a stack."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from regscope.datasets.base import PADDING_WORD
from regscope.models.normalization import has_biased_variance
from regscope.models.recurrent.recurrence import recurrence


class Tagger(nn.Module):
    """Word ids `[N, T]` to logits `[N, T, C]`, zeros where there is no word.

    Padding comes after a sentence's words only, and so cannot act on them. A processor leaves out
    the columns in which no sentence of the batch has a word; on a GPU shapes stay as they are.
    What is drawn for a word, such as a dropout mask, therefore depends on how long a batch's
    longest sentence is, also those of other seeds in a stack.
    """

    stackable_on_processor = False

    def __init__(self, words: int, embedding: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, embedding)
        self.embedding_dropout = nn.Identity()
        self.input = nn.Linear(embedding, hidden)
        self.input_norm = nn.Identity()
        self.recurrent = nn.Linear(hidden, hidden, bias=False)
        self.recurrent_dropout = nn.Identity()
        self.output = nn.Linear(hidden, classes)

    def forward(self, words: Tensor) -> Tensor:
        places = words.shape[1]
        there = words != PADDING_WORD
        if not words.is_cuda and not words.is_meta:
            longest = max(int(there.any(0).sum()), 1)
            words, there = words[:, :longest], there[:, :longest]
        arriving = self.input(self.embedding_dropout(self.embedding(words)))
        if not isinstance(self.input_norm, nn.Identity):
            arriving = normalized(arriving, there, self.input_norm)
        states = recurrence(arriving, self.recurrent.weight)
        logits: Tensor = self.output(self.recurrent_dropout(states))
        logits = logits.masked_fill(~there.unsqueeze(-1), 0)
        return functional.pad(logits, (0, 0, 0, places - logits.shape[1]))


def normalized(inputs: Tensor, there: Tensor, norm: Any) -> Tensor:
    """Batch normalization of `[S*B, T, H]` over the places that are `there` `[S*B, T]`.

    `norm` holds what `nn.BatchNorm1d` holds, each `[H]`, or `[S, H]` with the seeds in blocks; its
    running statistics are moved as there, or as `keep_biased_variance` says.
    """
    weight, bias, mean, variance = (
        getattr(norm, name).view(-1, 1, inputs.shape[-1])
        for name in ("weight", "bias", "running_mean", "running_var")
    )
    values = inputs.reshape(len(weight), -1, inputs.shape[-1]).to(weight.dtype)
    if norm.training:
        counted = there.reshape(len(weight), -1, 1)
        number = counted.sum(1, keepdim=True)
        batch_mean = values.where(counted, 0).sum(1, keepdim=True) / number
        squares = (values - batch_mean).where(counted, 0).square()
        batch_variance = squares.sum(1, keepdim=True) / number
        with torch.no_grad():
            kept = batch_variance
            if not has_biased_variance(norm):
                kept = batch_variance * (number / (number - 1).clamp(min=1))
            mean.lerp_(batch_mean, norm.momentum)
            variance.lerp_(kept, norm.momentum)
            norm.num_batches_tracked += 1
        mean, variance = batch_mean, batch_variance
    scaled: Tensor = (values - mean) * (variance + norm.eps).rsqrt() * weight + bias
    return scaled.view(inputs.shape).to(inputs.dtype)

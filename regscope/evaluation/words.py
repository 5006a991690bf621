"""What is measured of sentences: their words, and nothing else of their padding.

Sentences are ids `[N, T]` with targets `[N, T]`; where no word stands the target is negative.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from regscope.datasets.base import UNKNOWN_WORD


def counted(found: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """What counts of logits (or predictions) and labels: of sentences' the words', in order.

    `[N, T, ...]` and `[N, T]` become `[words, ...]` and `[words]`; of other data all counts.
    """
    if labels.dim() == 1:
        return found, labels
    there = labels >= 0
    return found[there], labels[there]


def word_measures(
    logits: Tensor, words: Tensor, labels: Tensor, baseline: Tensor
) -> dict[str, float]:
    """Of test sentences: logits `[N, T, C]`, ids and labels `[N, T]`; `baseline` tags ids, `[V]`.

    `padded_accuracy`: sentences are padded to T, the longest of the data set, and every padded
    place counts as right. So accuracy comes out where padding is a class of its own, which a
    network learns without a mistake; it says more about T than about the network.
    `unknown_accuracy`: of the words that are not in the vocabulary; nan if there are none.
    `most_frequent_tag_accuracy`: of `baseline`, which no network is needed for.
    `test_error`: see `sentence_error`.
    """
    there = labels >= 0
    right = (logits.argmax(2) == labels) & there
    unknown = there & (words == UNKNOWN_WORD)
    guessed = (baseline[words.long()] == labels) & there
    return {
        "padded_accuracy": (right | ~there).double().mean().item(),
        "unknown_accuracy": _share(right, unknown),
        "most_frequent_tag_accuracy": _share(guessed, there),
        "test_error": sentence_error(right.sum(1), there.sum(1)),
    }


def sentence_error(right: Tensor, words: Tensor) -> float:
    """The standard error of an accuracy over words where whole sentences are drawn.

    Of `n` sentences with `words` `[n]` words, `right` `[n]` of them right, the accuracy p is a
    ratio of sums, and its error `sqrt(n / (n - 1) * sum((right - p * words)**2)) / sum(words)`
    (Cochran 1977, "Sampling techniques", section 6.4). Taking words as drawn one by one would
    leave out that mistakes come together. nan of a single sentence.
    """
    number, total = len(words), words.sum().double()
    if number < 2:
        return math.nan
    residuals = right.double() - right.sum() / total * words
    return math.sqrt(float(residuals.square().sum()) * number / (number - 1)) / float(total)


def most_frequent_tags(words: Tensor, labels: Tensor, vocabulary: int, classes: int) -> Tensor:
    """The tag that each word had most often in training, `[V]`; of several the first class.

    `words` and `labels` `[N, T]` are the training sentences. The unknown word is one like any
    other: it stands for the words seen once. A word that training does not have gets the most
    frequent tag of all.
    """
    found, tags = counted(words.long(), labels)
    counts = torch.bincount(found * classes + tags, minlength=vocabulary * classes)
    by_word = counts.view(vocabulary, classes)
    overall = by_word.sum(0).argmax()
    return torch.where(by_word.any(1), by_word.argmax(1), overall)


def _share(right: Tensor, among: Tensor) -> float:
    number = int(among.sum())
    return int((right & among).sum()) / number if number else math.nan

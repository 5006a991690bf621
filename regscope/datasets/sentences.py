"""Sentences of tagged words as a data set: a vocabulary of what trains, and padded ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from regscope.datasets.base import NO_TARGET, PADDING_WORD, UNKNOWN_WORD, Dataset

Sentence = Sequence[tuple[str, str]]
"""Words with their tags."""

SPECIAL = {PADDING_WORD: "<padding>", UNKNOWN_WORD: "<unknown>"}
"""What stands in a vocabulary for ids that are no words."""


def vocabulary_of(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    """The words seen at least twice, the most frequent first, after those of SPECIAL.

    A word's place is its id. Words are told apart by case.
    """
    counts = Counter(word for sentence in sentences for word, _ in sentence)
    kept = sorted((-count, word) for word, count in counts.items() if count > 1)
    return (*SPECIAL.values(), *(word for _, word in kept))


def encoded(
    train: Sequence[Sentence], test: Sequence[Sentence], classes: tuple[str, ...]
) -> Dataset:
    """Ids and tags, `[N, T]`, T being the longest sentence; the training sentences first.

    Words that training does not have, or has once, are unknown.
    """
    vocabulary = vocabulary_of(train)
    ids = {word: place for place, word in enumerate(vocabulary) if place not in SPECIAL}
    tags = {tag: place for place, tag in enumerate(classes)}
    sentences = [*train, *test]
    shape = len(sentences), max(len(sentence) for sentence in sentences)
    inputs = np.full(shape, PADDING_WORD, dtype=np.int32)
    targets = np.full(shape, NO_TARGET, dtype=np.int64)
    for row, sentence in enumerate(sentences):
        inputs[row, : len(sentence)] = [ids.get(word, UNKNOWN_WORD) for word, _ in sentence]
        targets[row, : len(sentence)] = [tags[tag] for _, tag in sentence]
    return Dataset(
        kind="tokens",
        inputs=inputs,
        targets=targets,
        classes=classes,
        official_train=len(train),
        words=len(vocabulary),
        vocabulary=vocabulary,
    )

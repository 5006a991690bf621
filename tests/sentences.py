"""Sentences of a made-up language, and a study that tags them in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from regscope.datasets import Dataset
from regscope.datasets.sentences import encoded
from regscope.study.params import Study

CLASSES = ("LOW", "HIGH", "AFTER")


def language(train: int = 40, test: int = 15, longest: int = 7) -> Dataset:
    """Words are numbers: those below 6 are LOW, others HIGH, and any after a 0 is AFTER."""
    draws = np.random.default_rng(0)
    sentences = []
    for number in range(train + test):
        # The first one is as long as any.
        length = longest if number == 0 else int(draws.integers(2, longest))
        words = draws.integers(0, 12, length).tolist()
        if number >= train:
            words[-1] = 99 + number
        before = [None, *words[:-1]]
        tags = [
            CLASSES[2] if last == 0 else CLASSES[int(word >= 6)]
            for last, word in zip(before, words, strict=True)
        ]
        sentences.append([(str(word), tag) for word, tag in zip(words, tags, strict=True)])
    return encoded(sentences[:train], sentences[train:], CLASSES)


def study(cell: Mapping[str, Any] | None = None, **settings: Any) -> Study:
    """A cell `tested` on `language()`; `settings` replace those of training and evaluation."""
    training = {"optimizer": "adam", "learning_rate": 0.02, "batch_size": 16, "epochs": 3}
    evaluation = {"training_loss": 0.5}
    for name, value in settings.items():
        (evaluation if name in ("training_loss", "examples") else training)[name] = value
    return Study.model_validate(
        {
            "title": "Tiny",
            "data": {"source": "nltk", "corpora": ["treebank"]},
            "split": {"validation": 10},
            "model": {"kind": "rnn", "embedding": 5, "hidden": 6},
            "training": {"seeds": 5, **training},
            "evaluation": evaluation,
            "regularizers": {"none": {}, "tested": cell or {}},
        }
    )

"""The best constant guess: what can be had without looking at a single input.

A study's networks have learned something where they do better. The guess knows what the training
targets are like, and nothing else; it is measured on the same test targets as the networks.
"""

from __future__ import annotations

import math

import numpy as np

GUESSED = ("accuracy", "loss", "balanced_accuracy", "roc_auc")
"""What a guess is measured in, named as `test_*` and `validation_*` measures end."""


def class_guess(train: np.ndarray, test: np.ndarray) -> dict[str, float]:
    """Measures of the guess by GUESSED, from how often each class is in training and in test.

    `train` and `test` are counts `[C]`, each with at least one example. Its accuracy is that of
    always saying the class that is most frequent in training, of several the first. Its loss, in
    nats, is the cross-entropy of giving every class its share of the training examples: infinite
    where a class of the test was never seen. Balanced accuracy of any constant answer is one over
    the number of classes in the test, if the class it says is one of them, and here taken for
    granted; ROC AUC of equal scores is 0.5, and cannot be had (nan) of a single class.
    """
    shares = test / test.sum()
    there = np.flatnonzero(test)
    with np.errstate(divide="ignore"):
        surprise = -np.log(train[there] / train.sum())
    return {
        "accuracy": float(shares[int(np.argmax(train))]),
        "loss": math.fsum((shares[there] * surprise).tolist()),
        "balanced_accuracy": 1 / len(there),
        "roc_auc": 0.5 if len(there) > 1 else math.nan,
    }


def class_counts(targets: np.ndarray, classes: int) -> np.ndarray:
    """How often each class is among targets of any shape, `[C]`; negative ones do not count."""
    counts: np.ndarray = np.bincount(targets[targets >= 0].ravel(), minlength=classes)
    return counts

"""What is proposed for a study of numbers; nothing of it was chosen by a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from regscope.own.for_pictures import evaluated, trained

MODEL: Mapping[str, Any] = {"kind": "mlp", "hidden": [128, 64], "activation": "relu"}

METHODS: Mapping[str, Mapping[str, Any]] = {
    "none": {},
    "l1": {"l1": 0.0003},
    "l2": {"l2": 0.001},
    "weight_decay": {"weight_decay": 0.01},
    "dropout": {"dropout": 0.3},
    "batch_norm": {"batch_norm": True},
    "augmentation": {"augmentation": 1},
    "label_smoothing": {"label_smoothing": 0.1},
    "max_norm": {"max_norm": 3},
    "early_stopping": {"early_stopping": 10},
}
"""With the strengths of the methods' sources, or of the studies here of other numbers."""

OF_CLASSES = ("label_smoothing",)


def methods_for(classes: bool) -> dict[str, Mapping[str, Any]]:
    return {name: cell for name, cell in METHODS.items() if classes or name not in OF_CLASSES}


def proposed(
    title: str, size: int, counts: Sequence[int], official_train: int | None
) -> dict[str, Any]:
    """A study's title, split, model, training and evaluation.

    `counts` are the examples of each class; none where targets are numbers.
    """
    test = size - (official_train or round(0.8 * size))
    return {
        "title": title,
        **trained(size, official_train),
        "model": dict(MODEL),
        "evaluation": evaluated(test, counts),
    }

"""What is proposed for a study of pictures; nothing of it was chosen by a result."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from regscope.base.errors import RegscopeError

FEWEST = 10
"""Pictures that a study can be made of."""
STEPS = 3000
"""Of training, about; but for large sets, which are gone through FEWEST_EPOCHS times."""
FEWEST_EPOCHS, MOST_EPOCHS = 10, 60
TINY = 1000
"""Below so many training pictures, and below RESIDUAL rows, the network is the small one."""
RESIDUAL = 8
UNEVEN = 3
"""So many times the smallest class the largest may have, for accuracy to be what it is about."""

METHODS: Mapping[str, Mapping[str, Any]] = {
    "none": {},
    "l2": {"l2": 0.0003},
    "weight_decay": {"weight_decay": 0.01},
    "dropout": {"dropout": 0.3},
    "batch_norm": {"batch_norm": True},
    "augmentation": {"augmentation": 1},
    "label_smoothing": {"label_smoothing": 0.1},
    "sam": {"sam": 0.05},
    "early_stopping": {"early_stopping": 10},
    "stochastic_depth": {"stochastic_depth": 0.5},
}
"""With the strengths of the methods' sources, or of the studies here of other pictures."""

SMALL: Mapping[str, Any] = {
    "kind": "cnn",
    "filters": [16, 32],
    "padding": "same",
    "pooled": ["conv1", "conv2"],
    "pool_padding": "same",
    "dense": [64],
}


def check_enough(size: int, where: object, what: str = "pictures") -> None:
    """Raises RegscopeError, naming `where`, where so many pictures are too few."""
    if size < FEWEST:
        raise RegscopeError(
            f"{where}: {size} {what} are too few: {FEWEST} at least train and test a network"
        )


def methods_for(model: Mapping[str, Any], classes: bool = True) -> dict[str, Mapping[str, Any]]:
    """Those that fit the network, and targets that are classes or numbers."""
    unfit = set() if model["kind"] == "resnet" else {"stochastic_depth"}
    unfit |= set() if classes else {"label_smoothing"}
    return {name: cell for name, cell in METHODS.items() if name not in unfit}


def proposed(
    title: str, size: int, counts: Sequence[int], side: int, official_train: int | None
) -> dict[str, Any]:
    """A study's title, split, model, training and evaluation.

    `counts` are the examples of each class; none where targets are numbers.
    """
    train = official_train or round(0.8 * size)
    small = train < TINY or side < RESIDUAL
    model = dict(SMALL) if small else {"kind": "resnet", "depth": 8}
    return {
        "title": title,
        **trained(size, official_train),
        "model": model,
        "evaluation": evaluated(size - train, counts),
    }


def trained(size: int, official_train: int | None) -> dict[str, Any]:
    """A study's split and training."""
    train = official_train or round(0.8 * size)
    batch, validation = sizes(train)
    epochs = math.ceil(STEPS * batch / (train - validation))
    split: dict[str, Any] = {} if official_train else {"train": train}
    return {
        "split": {**split, "validation": validation},
        "training": {
            "optimizer": "adam",
            "learning_rate": 0.001,
            "batch_size": batch,
            "epochs": min(max(epochs, FEWEST_EPOCHS), MOST_EPOCHS),
            "seeds": 5,
        },
    }


def evaluated(test: int, counts: Sequence[int]) -> dict[str, Any]:
    """How `test` examples are measured; `counts` are empty where targets are numbers.

    The training loss is half of what a constant guess has.
    """
    loss = round(0.5 * math.log(len(counts)), 2) if counts else 0.5
    evaluation: dict[str, Any] = {"training_loss": loss, "matters": 0.005}
    if test > 1000:
        evaluation["examples"] = 500
    if counts and max(counts) > UNEVEN * min(counts):
        evaluation["primary"] = "balanced_accuracy"
    return evaluation


def sizes(train: int) -> tuple[int, int]:
    """The batch's size, and how many of `train` examples are set aside for validation, a fifth.

    No last batch is of one example, whether none, one or two such parts are set aside: batch
    normalization cannot normalize it.
    """
    usual = 32 if train < 5000 else 128
    aside = max(1, min(round(0.2 * train), 10_000))
    for batch in range(usual, 2, -1):
        for validation in range(aside, max(1, aside // 2) - 1, -1):
            if all((train - parts * validation) % batch != 1 for parts in range(3)):
                return batch, validation
    return usual, aside

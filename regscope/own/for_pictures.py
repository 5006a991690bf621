"""What is proposed for a study of pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from regscope.base.errors import RegscopeError
from regscope.base.lines import listed
from regscope.own import proposal

FEWEST = 10
"""Pictures that a study can be made of."""
STEPS, EPOCHS, SEEDS = 3000, (10, 60), 5
"""Of training, about; but for large sets, which are gone through as often as the fewest epochs."""
TINY = 1000
"""Below so many training pictures, and below RESIDUAL rows, the network is the small one."""
RESIDUAL = 8
MOST_MEASURED = 500

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


def check_classes(
    classes: Sequence[str], counts: Sequence[int], where: object, what: str = "picture"
) -> None:
    """Raises RegscopeError, naming them, where classes have one example to draw parts from."""
    if ones := [name for name, count in zip(classes, counts, strict=True) if count == 1]:
        raise RegscopeError(
            f"{where}: classes with one {what} to train on: {listed(ones, most=60)}: join them with"
            " others, or take them out"
        )


def proposed(
    title: str, size: int, counts: Sequence[int], side: int, official_train: int | None
) -> dict[str, Any]:
    """A study's title, split, model, training and evaluation.

    `counts` are the examples of each class; none where targets are numbers.
    """
    train = official_train or round(proposal.TRAIN * size)
    small = train < TINY or side < RESIDUAL
    model = dict(SMALL) if small else {"kind": "resnet", "depth": 8}
    return {"title": title, **around(model, size, counts, official_train)}


def around(
    model: Mapping[str, Any], size: int, counts: Sequence[int], official_train: int | None
) -> dict[str, Any]:
    """Split, training and evaluation around a network for pictures, or for points."""
    train = official_train or round(proposal.TRAIN * size)
    batch, validation = proposal.sizes(train, 32 if train < 5000 else 128)
    return {
        "split": proposal.split(train, validation, bool(counts), official_train is not None),
        "model": dict(model),
        "training": proposal.training(
            train - validation, batch, counts, steps=STEPS, epochs=EPOCHS, seeds=SEEDS
        ),
        "evaluation": proposal.evaluation(size - train, counts, MOST_MEASURED),
    }

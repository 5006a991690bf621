"""Which examples a cell's networks are measured on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from regscope.datasets import Dataset
from regscope.datasets.seen import as_seen
from regscope.study.params import Study


@dataclass(frozen=True)
class Examples:
    """One seed's examples as indices `[n]` into the data set.

    `few` are the first `evaluation.examples` of `test`; `pooled` is where they lie in the pool,
    or None where they are all of it in its order, as in a source's own test set.
    """

    train: Tensor
    test: Tensor
    few: Tensor
    pooled: Tensor | None


def pool_of(dataset: Dataset, examples: int | None) -> Tensor:
    """Every example that some seed may test on, as networks see them: `[P, ...]`.

    It is the source's own test set, or its first `examples`; without one, all examples. What is
    done to it once serves all seeds, also where every seed has a split of its own.
    """
    stored = torch.from_numpy(dataset.inputs)
    if dataset.official_train is not None:
        stored = stored[dataset.official_train :][:examples]
    return as_seen(stored, dataset.scale)


def examples_of(study: Study, reg: str, dataset: Dataset, seed: int) -> Examples:
    split = study.split_of(dataset, reg, seed)
    train, test = torch.from_numpy(split.train), torch.from_numpy(split.holdout)
    few = test[: study.evaluation.examples]
    return Examples(train, test, few, few if dataset.official_train is None else None)


def chosen(inputs: Tensor, places: Tensor | None) -> Tensor:
    """The inputs at these places, or all of them: without a copy."""
    return inputs if places is None else inputs[places]

"""What a search never sees: the examples on which what it chose is judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from regscope.advice.protocol import RESERVE_SEED, RESERVE_SHARE
from regscope.base.errors import RegscopeError
from regscope.base.lines import listed
from regscope.datasets import Dataset
from regscope.study.params import Study

FEWEST = 2
"""Examples of each class that a stratified split needs."""


def reserved(dataset: Dataset, study: Study) -> Dataset:
    """The data with a test part of their own: examples set aside once, before anything is searched.

    As they are where the source has a test part, or every seed has examples of its own. Elsewhere
    a seed's training examples are drawn from those that are left, of which there are as many as the
    study trains on, or half of all where that is more; drawn as `split.by` says, the latest of what
    is in order of time.

    Raises RegscopeError where too few are left to train, to choose and to test.
    """
    if dataset.official_train is not None or dataset.pools is not None:
        return dataset
    size = len(dataset.inputs)
    train = study.split.train or size
    left = train if study.split.by == "time" else max(train, round(RESERVE_SHARE * size))
    drawn = dataset.split(study.split.model_copy(update={"train": left}), RESERVE_SEED)
    if study.split.validation >= train - 1 or len(drawn.holdout) < 2:
        raise RegscopeError(
            f"{size} examples, of which {train} train: too few to train, to choose and to test"
        )
    if study.split.by == "stratified" and dataset.quantity is None:
        counts = np.bincount(dataset.targets[drawn.train], minlength=len(dataset.classes))
        rare = [dataset.classes[place] for place in np.flatnonzero(counts < FEWEST)]
        if rare:
            raise RegscopeError(
                f"split.by = stratified: too few examples to train, to choose and to test of class"
                f" {listed(rare)}; choose random"
            )
    order = np.concatenate([_in_order(drawn.train, study), _in_order(drawn.holdout, study)])
    return replace(dataset.at(order), official_train=len(drawn.train))


def _in_order(part: np.ndarray, study: Study) -> np.ndarray:
    """As they were, where that is an order of time."""
    return np.sort(part) if study.split.by == "time" else part

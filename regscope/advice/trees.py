"""Gradient-boosted trees beside the networks of a table: as many settings, the same examples.

Trees are what many use for tables (Grinsztajn, Oyallon and Varoquaux 2022), so that whoever asks
for advice hears how far a network is from them. They are scikit-learn's, which read gaps and
categories as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np

from regscope.advice.asked import nothing
from regscope.advice.protocol import CLOSER_SEEDS, FIRST_SEEDS, LAST, LAST_SEEDS
from regscope.advice.search import closer_of
from regscope.datasets import Dataset
from regscope.datasets.base import Column
from regscope.study.params import Study

MEASURED = ("accuracy", "balanced_accuracy", "r2")
"""The primary measures by which they are chosen and judged here."""

SPACE: Mapping[str, tuple[float, ...]] = {
    "learning_rate": (0.01, 0.02, 0.05, 0.1, 0.2),
    "max_leaf_nodes": (4, 8, 16, 31, 63),
    "min_samples_leaf": (5, 10, 20, 50),
    "l2_regularization": (0.0, 0.1, 1.0, 10.0),
    "max_iter": (50, 100, 200, 400),
}

MOST_CATEGORIES = 255
"""Of a column that is read as categories; one with more is read as numbers."""

MOST_CLASSES = 20
"""An iteration grows a tree for each."""

Setting = Mapping[str, float]


@dataclass(frozen=True)
class Trees:
    """The chosen `setting` of so many that were `tried`, and its test score by fresh seed `[S]`."""

    setting: Setting
    tried: int
    test: np.ndarray


def fits(study: Study, dataset: Dataset) -> bool:
    """Whether there are trees for such a study."""
    few = len(dataset.classes) <= MOST_CLASSES
    return dataset.kind == "table" and study.primary in MEASURED and few


def trees_beside(
    study: Study, dataset: Dataset, trials: int, seeds: Sequence[int], seed: int
) -> Trees:
    """Choose among so many settings on validation, as the networks' search does, and judge the
    choice on the test examples; `seed` is what settings are drawn from."""
    tried = drawn(trials, seed)
    for most, count in ((closer_of(trials), FIRST_SEEDS), (LAST, CLOSER_SEEDS), (1, LAST_SEEDS)):
        means = {
            number: float(np.mean([_score(study, dataset, setting, own) for own in range(count)]))
            for number, setting in enumerate(tried)
        }
        tried = [tried[number] for number in sorted(means, key=lambda n: (-means[n], n))[:most]]
    [setting] = tried
    test = [_score(study, dataset, setting, own, "test") for own in seeds]
    return Trees(setting, trials, np.array(test))


def seconds_of_trees(study: Study, dataset: Dataset, test_seeds: int) -> Callable[[int], float]:
    """What `trees_beside` takes, by the number of trials: as a first fit says, taken twice, since
    many settings grow more trees than scikit-learn's own."""
    if not fits(study, dataset):
        return nothing
    began = monotonic()
    _score(study, dataset, drawn(1, 0)[0], 0)
    each = 2 * (monotonic() - began)

    def seconds(trials: int) -> float:
        closer = CLOSER_SEEDS * closer_of(trials) + LAST_SEEDS * LAST
        return each * (FIRST_SEEDS * trials + closer + test_seeds)

    return seconds


def drawn(trials: int, seed: int) -> list[Setting]:
    """scikit-learn's own setting, and others drawn evenly, none twice."""
    own = {"learning_rate": 0.1, "max_leaf_nodes": 31, "min_samples_leaf": 20,
           "l2_regularization": 0.0, "max_iter": 100}  # fmt: skip
    found: list[Setting] = [own]
    stream = np.random.default_rng(seed)
    size = int(np.prod([len(values) for values in SPACE.values()]))
    while len(found) < min(trials, size):
        setting = {name: values[stream.integers(len(values))] for name, values in SPACE.items()}
        if setting not in found:
            found.append(setting)
    return found


def _score(
    study: Study, dataset: Dataset, setting: Setting, seed: int, holdout: Any = "validation"
) -> float:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.metrics import accuracy_score, balanced_accuracy_score, r2_score

    measures = {
        "accuracy": accuracy_score,
        "balanced_accuracy": balanced_accuracy_score,
        "r2": r2_score,
    }
    split = dataset.split(study.split, seed, holdout)
    made = HistGradientBoostingRegressor if dataset.quantity else HistGradientBoostingClassifier
    more = {} if dataset.quantity else {"class_weight": _weights(study, dataset)}
    model = made(
        **setting,
        **more,
        categorical_features=[_as_categories(column) for column in dataset.columns],
        early_stopping=False,
        random_state=seed,
    )
    inputs = _read(dataset)
    model.fit(inputs[split.train], dataset.known_targets[split.train])
    predicted = model.predict(inputs[split.holdout])
    held = dataset.targets_of(holdout)[split.holdout]
    return float(measures[study.primary](held, predicted))


def _weights(study: Study, dataset: Dataset) -> Any:
    weights = study.training.class_weights
    if isinstance(weights, Mapping):
        return {place: weights.get(name, 1.0) for place, name in enumerate(dataset.classes)}
    return weights


def _as_categories(column: Column) -> bool:
    return 0 < column.holds <= MOST_CATEGORIES


def _read(dataset: Dataset) -> np.ndarray:
    """Unknown categories are missing ones."""
    inputs = dataset.inputs.astype(np.float64)
    for place, column in enumerate(dataset.columns):
        if column.categories:
            inputs[inputs[:, place] < 0, place] = np.nan
    return inputs

"""How good a network is that a search has trained: by its history, or by what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regscope.datasets.base import Holdout
from regscope.engine.base import Searching
from regscope.measures import catalog
from regscope.study.evaluation import PRIMARIES
from regscope.study.params import Study
from regscope.sweeps.strengths import by_history, measured
from regscope.tasks import task_of
from regscope.tasks.regression import Standard, number_scores

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Ended:
    """A network when its training has ended: of which cell and seed, its history
    `[columns, epochs]`, and its weights by name, where they were kept."""

    reg: str
    seed: int
    history: np.ndarray
    weights: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Scored:
    """Scores, of which more is better, and losses after so many epochs each; and what each of the
    test examples adds to the last score, `[n]`, where that is a mean over them."""

    scores: tuple[float, ...]
    losses: tuple[float, ...]
    points: np.ndarray | None = None


Scores = Callable[[Ended, Sequence[int]], Scored]

POINTS = ("accuracy", "balanced_accuracy", "r2")
"""The primary measures that are means over test examples."""


def kept_of(study: Study, holdout: Holdout) -> Searching:
    """What scores need of a network."""
    return "weights" if _answers(study, holdout) else "history"


def scores_of(study: Study, data: Path, holdout: Holdout) -> Scores:
    """By the study's primary measure, on what is held out; of the test also example by example."""
    return _by_answers(study, data, holdout) if _answers(study, holdout) else _by_history(study)


def _answers(study: Study, holdout: Holdout) -> bool:
    return not by_history(study) or (holdout == "test" and study.primary in POINTS)


def _by_history(study: Study) -> Scores:
    column, sign = measured(study)[study.primary]
    loss = task_of(study.data).history.index("holdout_loss")

    def scores(ended: Ended, epochs: Sequence[int]) -> Scored:
        places = [epoch - 1 for epoch in epochs]
        values, losses = sign * ended.history[column, places], ended.history[loss, places]
        # Logits that are no numbers tell a class all the same.
        values = np.where(np.isfinite(losses), values, np.nan)
        return Scored(tuple(map(float, values)), tuple(map(float, losses)))

    return scores


def _by_answers(study: Study, data: Path, holdout: Holdout) -> Scores:
    """At the end alone; nan of a network without finite weights."""
    import torch

    from regscope.arithmetic import settle
    from regscope.arithmetic.functions import portable_functions
    from regscope.datasets import Dataset
    from regscope.evaluation.passes import logits
    from regscope.study.networks import plain_networks

    torch.set_num_threads(1)
    settle(study.training.arithmetic)
    dataset = Dataset.load(data)
    loss = task_of(study.data).history.index("holdout_loss")

    def scores(ended: Ended, epochs: Sequence[int]) -> Scored:
        at_end = float(ended.history[loss, epochs[-1] - 1])
        if not np.isfinite(at_end):
            return Scored((float("nan"),), (at_end,))
        state = {name: torch.from_numpy(tensor[None]) for name, tensor in ended.weights.items()}
        network = plain_networks(study, ended.reg, state, dataset)[0]
        split = study.split_of(dataset, ended.reg, ended.seed, holdout)
        with portable_functions():
            inputs = torch.from_numpy(dataset.inputs[split.holdout])
            found = logits(network, inputs, dataset.scale)
            held = dataset.targets_of(holdout)[split.holdout]
            if dataset.quantity is None:
                score, points = _of_classes(study, found, held)
            else:
                standard = Standard.of(dataset.targets[split.train])
                score, points = _of_numbers(study, found, held, standard)
        return Scored((score,), (at_end,), points if holdout == "test" else None)

    return scores


def _of_classes(study: Study, found: Tensor, held: np.ndarray) -> tuple[float, np.ndarray | None]:
    """By the primary measure, and what each example adds to it: 1 where it is told right, over the
    share of its class where classes count alike."""
    import torch

    from regscope.evaluation.seen import Predictions
    from regscope.evaluation.seen import measured as measured_by
    from regscope.evaluation.words import counted

    measure = catalog.named(PRIMARIES[study.primary])
    found, labels = counted(found, torch.from_numpy(held))
    score = measure.sign * measured_by([measure], Predictions(found, labels))[measure.name]
    if study.primary not in POINTS or study.task.name != "classification":
        return score, None
    points = (found.argmax(1) == labels).numpy().astype(np.float32)
    if study.primary == "balanced_accuracy":
        classes, counts = np.unique(labels.numpy(), return_counts=True)
        shares = dict(zip(classes.tolist(), counts / len(labels), strict=True))
        points /= np.array([len(classes) * shares[label] for label in labels.tolist()], np.float32)
    return score, points


def _of_numbers(
    study: Study, found: Tensor, held: np.ndarray, standard: Standard
) -> tuple[float, np.ndarray | None]:
    """R squared as 1 minus the mean of squared errors over the variance of what is held out, and
    these terms; another measure of numbers as it is."""
    predicted = standard.in_own_unit(found.squeeze(1).numpy())
    values = number_scores(predicted, held, standard)
    sign = catalog.named(PRIMARIES[study.primary]).sign
    if study.primary != "r2":
        return sign * values[study.primary], None
    variance = float(np.square(held - held.mean()).mean())
    points = 1 - np.square(predicted - held) / variance
    return values["r2"], points.astype(np.float32)

"""How good a network is that a search has trained: by its history, or by what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from regscope.engine.base import Holdout, Searching
from regscope.measures import catalog
from regscope.study.evaluation import PRIMARIES
from regscope.study.params import Study
from regscope.sweeps.strengths import by_history, measured
from regscope.tasks import task_of


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
    """Scores, of which more is better, and losses after so many epochs each; and for the end which
    of the examples held out were told right, `[n]`, where that was asked for and there are such."""

    scores: tuple[float, ...]
    losses: tuple[float, ...]
    right: np.ndarray | None = None


Scores = Callable[[Ended, Sequence[int]], Scored]


def kept_of(study: Study, holdout: Holdout) -> Searching:
    """What scores need of a network."""
    return "weights" if _answers(study, holdout) else "history"


def scores_of(study: Study, data: Path, holdout: Holdout) -> Scores:
    """By the study's primary measure, on what is held out; of the test also what was told right."""
    return _by_answers(study, data, holdout) if _answers(study, holdout) else _by_history(study)


def _answers(study: Study, holdout: Holdout) -> bool:
    return not by_history(study) or (holdout == "test" and study.task.name == "classification")


def _by_history(study: Study) -> Scores:
    column, sign = measured(study)[study.primary]
    loss = task_of(study.data).history.index("holdout_loss")

    def scores(ended: Ended, epochs: Sequence[int]) -> Scored:
        places = [epoch - 1 for epoch in epochs]
        values, losses = sign * ended.history[column, places], ended.history[loss, places]
        return Scored(tuple(map(float, values)), tuple(map(float, losses)))

    return scores


def _by_answers(study: Study, data: Path, holdout: Holdout) -> Scores:
    """At the end alone; nan of a network without finite weights."""
    import torch

    from regscope.arithmetic import settle
    from regscope.arithmetic.functions import portable_functions
    from regscope.datasets import Dataset
    from regscope.evaluation.passes import logits
    from regscope.evaluation.seen import Predictions
    from regscope.evaluation.seen import measured as measured_by
    from regscope.evaluation.words import counted
    from regscope.study.networks import plain_networks

    torch.set_num_threads(1)
    settle(study.training.arithmetic)
    dataset = Dataset.load(data)
    measure = catalog.named(PRIMARIES[study.primary])
    loss = task_of(study.data).history.index("holdout_loss")

    def scores(ended: Ended, epochs: Sequence[int]) -> Scored:
        at_end = float(ended.history[loss, epochs[-1] - 1])
        if not np.isfinite(at_end):
            return Scored((float("nan"),), (at_end,))
        state = {name: torch.from_numpy(tensor[None]) for name, tensor in ended.weights.items()}
        network = plain_networks(study, ended.reg, state, dataset)[0]
        held = study.split_of(dataset, ended.reg, ended.seed, holdout).holdout
        with portable_functions():
            found = logits(network, torch.from_numpy(dataset.inputs[held]), dataset.scale)
            found, labels = counted(found, torch.from_numpy(dataset.targets[held]))
            value = measured_by([measure], Predictions(found, labels))[measure.name]
        right = None
        if holdout == "test" and study.task.name == "classification":
            right = (found.argmax(1) == labels).numpy()
        return Scored((measure.sign * value,), (at_end,), right)

    return scores

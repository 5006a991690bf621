"""Trained networks to measure, and what they are measured on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from regscope.base.files import write_text
from regscope.base.tensors import write_tensors
from regscope.datasets import Dataset
from regscope.evaluation import Evaluation, evaluate_cell
from regscope.study.networks import MODEL_FILE
from regscope.study.params import Study
from regscope.tasks import TASKS
from regscope.training import history
from regscope.training.loop import Trainer
from tests import tiny

FEW = 25
"""How many test examples the measures that need many passes use, where not all."""


def evaluated(study: Study, dataset: Dataset, folder: Path) -> tuple[Trainer, Evaluation]:
    trainer = tiny.trained(study, dataset, [0, 1])
    state = {name: value.numpy() for name, value in trainer.model.state_dict().items()}
    write_tensors(folder / MODEL_FILE, state)
    write_text(
        folder / "history.csv",
        history.to_csv(TASKS["classification"].history, [0, 1], trainer.history.numpy()),
    )
    return trainer, evaluate_cell(study, "tested", folder, dataset)


def with_evaluation(study: Study, **settings: Any) -> Study:
    changed = study.evaluation.model_copy(update=settings)
    return study.model_copy(update={"evaluation": changed})


def held_out(study: Study, dataset: Dataset, seed: int, count: int | None = None) -> np.ndarray:
    return dataset.split(study.split, seed).holdout[:count]


def inputs_of(dataset: Dataset, indices: np.ndarray) -> tuple[Tensor, Tensor]:
    inputs = torch.from_numpy(dataset.inputs[indices]).float() * dataset.scale
    return inputs, torch.from_numpy(dataset.targets[indices])


def right(network: nn.Module, inputs: Tensor, labels: Tensor) -> float:
    with torch.no_grad():
        return float((network(inputs).argmax(1) == labels).double().mean())

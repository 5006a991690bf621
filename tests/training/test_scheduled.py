"""Training with a learning rate that changes: updates as under torch's schedulers."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from regscope.datasets import Dataset
from regscope.training.history import LEARNING_RATE
from regscope.training.schedules import learning_rates
from tests import tiny
from tests.regularizers.plain import STEPS, Plain, check


class Scheduled(Plain):
    """With a scheduler of torch's, which steps after every update."""

    def __init__(self, digits: Dataset, optimizer: Any, schedule: Any) -> None:
        super().__init__(digits, optimizer)
        self.schedule = schedule(self.optimizer)

    def step(self) -> None:
        super().step()
        self.schedule.step()


def sgd(network: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)


def adam(network: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.Adam(network.parameters(), lr=0.01)


def adamw(network: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.AdamW(network.parameters(), lr=0.01, weight_decay=0.4)


TRAININGS: dict[str, tuple[Any, dict[str, Any]]] = {
    "sgd": (sgd, {"momentum": 0.9}),
    "adam": (adam, {"optimizer": "adam", "learning_rate": 0.01}),
    "adamw": (adamw, {"optimizer": "adamw", "learning_rate": 0.01, "weight_decay": 0.4}),
}
SCHEDULES: dict[str, tuple[Any, dict[str, Any]]] = {
    "cosine": (lambda made: lr_scheduler.CosineAnnealingLR(made, STEPS), {"kind": "cosine"}),
    "step": (
        lambda made: lr_scheduler.StepLR(made, 3, 0.2),
        {"kind": "step", "every": 3, "factor": 0.2},
    ),
}


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("training", TRAININGS)
def test_updates_are_those_of_torchs_scheduler(
    training: str, schedule: str, digits: Dataset
) -> None:
    optimizer, settings = TRAININGS[training]
    scheduler, written = SCHEDULES[schedule]
    plain = Scheduled(digits, optimizer, scheduler)
    # A rate in single precision is off by half a unit in its last place.
    check({}, plain, digits, {**settings, "schedule": written}, rtol=1e-5)


def test_adamw_is_torchs(digits: Dataset) -> None:
    optimizer, settings = TRAININGS["adamw"]
    check({}, Plain(digits, optimizer), digits, settings)


def test_the_history_has_the_rate_of_every_epochs_last_step(digits: Dataset) -> None:
    training = {"epochs": 5, "batch_size": 20, **tiny.SCHEDULED}
    study = tiny.study(training=training)
    trainer = tiny.trained(study, digits, [0, 1])
    assert trainer.columns[-1] == LEARNING_RATE
    # 54 examples make three batches.
    expected = torch.from_numpy(learning_rates(study.training, 3)[2::3]).float()
    assert trainer.history[-1].equal(expected.expand(2, 5))


def test_a_constant_rate_has_no_column(digits: Dataset) -> None:
    for training in ({}, {"schedule": {"kind": "constant"}}):
        trainer = tiny.trained(tiny.study(training=training), digits, [0])
        assert LEARNING_RATE not in trainer.columns
        assert len(trainer.history) == 5

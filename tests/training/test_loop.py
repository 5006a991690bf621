from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.regularizers import Regularizer
from regscope.regularizers.step import Own, Step
from regscope.tasks import TASKS
from regscope.training.loop import Trainer, cell_trainer
from tests import tiny

COLUMNS = TASKS["classification"].history


def test_epochs_are_counted_and_recorded(digits: Dataset) -> None:
    trainer = tiny.trainer(tiny.study(), digits, [0, 1])
    assert trainer.epoch == 0
    assert trainer.history.shape == (len(COLUMNS), 2, 0)
    seen: list[tuple[int, int]] = []
    trainer.run(lambda running: seen.append((running.epoch, running.history.shape[2])))
    assert seen == [(1, 1), (2, 2), (3, 3)]
    trainer.run(lambda running: seen.append((running.epoch, 0)))
    assert len(seen) == 3


def test_the_holdout_columns_are_of_the_weights_after_the_epoch(digits: Dataset) -> None:
    study = tiny.study({"dropout": 0.5, "batch_norm": True})
    trainer = tiny.trained(study, digits, [0, 1])
    for slot in range(2):
        network = study.model.build(digits.input_shape, 10)
        for method in study.cells["tested"].methods():
            method.insert(network)
        network.load_state_dict(
            {name: value[slot] for name, value in trainer.model.state_dict().items()}
        )
        test = digits.split(study.split, slot).holdout
        logits = network.eval()(torch.from_numpy(digits.inputs[test]).float() / 16).detach()
        labels = torch.from_numpy(digits.targets[test])
        loss, accuracy = trainer.history[3:, slot, -1].tolist()
        assert loss == pytest.approx(cross_entropy(logits, labels).item(), rel=1e-4)
        assert accuracy == pytest.approx((logits.argmax(1) == labels).double().mean().item())


def test_the_training_columns_are_means_over_the_epochs_examples(digits: Dataset) -> None:
    """In one batch an epoch, those of the weights before the step."""
    study = tiny.study(training={"epochs": 1, "batch_size": 54})
    trainer = tiny.trainer(study, digits, [3])
    inputs, labels = trainer.examples.gather(trainer.train)
    with torch.no_grad():
        logits = trainer.model(inputs)
    trainer.run()
    loss, penalty, accuracy = trainer.history[:3, 0, 0].tolist()
    assert loss == pytest.approx(cross_entropy(logits, labels).item(), rel=1e-5)
    assert penalty == 0
    assert accuracy == pytest.approx((logits.argmax(1) == labels).double().mean().item())


def test_validation_takes_its_examples_from_training(digits: Dataset) -> None:
    study = tiny.study()
    test, validation = (
        cell_trainer(study, [], digits, [0, 1], holdout) for holdout in ("test", "validation")
    )
    assert test.train.shape == (2, 54)
    assert test.holdout.shape == (2, 300 - 54)
    assert validation.train.shape == (2, 44)
    assert validation.holdout.shape == (2, 10)
    for slot in range(2):
        both = torch.cat([validation.train[slot], validation.holdout[slot]])
        assert set(both.tolist()) == set(test.train[slot].tolist())


def test_a_loss_that_is_no_longer_finite_is_named_by_seed_and_epoch(digits: Dataset) -> None:
    study = tiny.study()
    # From its second epoch on the second seed's weights are not numbers.
    trainer = tiny.trainer(study, digits, [4, 9])

    def spoil(running: Trainer) -> None:
        with torch.no_grad():
            running.model.get_parameter("hidden1.weight")[1, 0, 0] = np.nan

    with pytest.raises(RegscopeError) as stopped:
        trainer.run(spoil)
    assert str(stopped.value) == (
        "seed 9, epoch 2: the loss is no longer finite; try a smaller"
        " training.learning_rate (now 0.1)"
    )
    assert trainer.history[:, 0].isfinite().all()


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_training_loads_nothing_of_torchs_compiler(precision: str, digits_folder: Path) -> None:
    """It would take longer than training a small cell."""
    program = f"""
import sys
from regscope.datasets import Dataset
from tests import tiny
from tests.regularizers.settings import CELLS
study = tiny.study(CELLS["everything"], "adam", training={{"precision": "{precision}"}})
tiny.trained(study, Dataset.load(__import__("pathlib").Path(sys.argv[1])), [0, 1])
print(sorted({{"sympy", "torch._dynamo", "torch._inductor"}} & set(sys.modules)))
"""
    command = [sys.executable, "-c", program, str(digits_folder)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


class _Blackening(Regularizer):
    """Adds a black copy of every picture."""

    name: ClassVar[str] = "blackening"

    @property
    def copies(self) -> int:
        return 2

    @property
    def inert(self) -> bool:
        return False

    def batch(self, step: Step, own: Own) -> tuple[Tensor, Tensor]:
        return torch.zeros_like(step.inputs), step.targets


def test_copies_are_changed_and_their_examples_stay(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = tiny.study(training={"epochs": 1, "batch_size": 8})
    trainer = cell_trainer(study, [_Blackening()], digits, [0, 1])
    read: list[Tensor] = []
    forward = trainer.passes.forward

    def reading(inputs: Tensor) -> Tensor:
        read.append(inputs.clone())
        return forward(inputs)

    monkeypatch.setattr(trainer.passes, "forward", reading)
    trainer.run()
    size = trainer.train.shape[1]
    by_seed = [torch.cat([batch.chunk(2)[seed] for batch in read]) for seed in range(2)]
    for seed, seen in enumerate(by_seed):
        assert len(seen) == 2 * size
        assert (seen.flatten(1) == 0).all(1).sum() == size
        own, _ = trainer.examples.gather(trainer.train[seed : seed + 1])
        kept = seen[(seen.flatten(1) != 0).any(1)].flatten(1)
        assert sorted(kept.tolist()) == sorted(own.flatten(1).tolist())
    assert 0 <= trainer.history[2, :, 0].min() <= trainer.history[2, :, 0].max() <= 1

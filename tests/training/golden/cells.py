"""Tiny cells, and the weights that they end with."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from regscope.datasets import Dataset
from regscope.training.loop import Trainer
from tests import tiny
from tests.regularizers.settings import CELLS

SEEDS = (0, 3)

CASES: dict[str, dict[str, Any]] = {
    **{
        f"digits {cell} {optimizer}": {"cell": CELLS[cell], "optimizer": optimizer}
        for cell in CELLS
        for optimizer in tiny.OPTIMIZERS
    },
    **{
        f"moons {cell} {optimizer}": {
            "cell": CELLS[cell],
            "optimizer": optimizer,
            "data": tiny.MOONS,
        }
        for cell in ("none", "augmentation", "mixup")
        for optimizer in tiny.OPTIMIZERS
    },
    **{
        f"diabetes {cell} adam": {
            "cell": CELLS[cell],
            "optimizer": "adam",
            "data": {"source": "diabetes"},
        }
        for cell in ("none", "l1", "dropout", "mixup")
    },
    "digits tanh": {"model": {"activation": "tanh"}},
    "digits gelu": {"model": {"activation": "gelu"}},
    **{
        f"digits convolutions {cell}": {"cell": CELLS[cell], "model": tiny.CONVOLUTIONAL}
        for cell in ("none", "dropout", "batch_norm", "l1")
    },
    "digits torch's initialization": {"model": {"initialization": "torch"}},
    "digits Keras's conventions": {
        "cell": CELLS["batch_norm"],
        "optimizer": "adam",
        "training": {"conventions": "keras"},
    },
}


BITS = "SHA-256"


def numbers(case: str, dataset: Dataset) -> dict[str, Any]:
    """Of every tensor and seed: the mean size, the first and the last value; BITS of them all."""
    trainer = tiny.trained(tiny.study(**CASES[case]), dataset, SEEDS)
    tensors = pinned(trainer)
    bits = hashlib.sha256()
    for tensor in tensors.values():
        bits.update(tensor.contiguous().numpy().tobytes())
    found: dict[str, Any] = {BITS: bits.hexdigest()[:32]}
    for name, tensor in tensors.items():
        for seed, values in zip(SEEDS, tensor.double().flatten(1), strict=True):
            described = [values.abs().mean(), values[0], values[-1]]
            found[f"{name} of seed {seed}"] = [float(f"{value:.9g}") for value in described]
    return found


def pinned(trainer: Trainer) -> dict[str, torch.Tensor]:
    """All tensors but those that rounding errors decide, and the last epoch's training loss.

    A bias before batch normalization has no gradient but rounding errors, which Adam turns into
    whole steps; the running mean follows it.
    """
    state = trainer.model.state_dict()
    kept = {
        name: tensor
        for name, tensor in state.items()
        if not name.endswith(("running_mean", "num_batches_tracked"))
        and name.replace(".bias", "_norm.bias") not in state
    }
    return {**kept, "train_loss": trainer.history[0, :, -1:]}


def datasets() -> dict[str, Dataset]:
    """By the first word of a case's name. The moons are one pool that all seeds split."""
    from sklearn.datasets import make_moons

    with tempfile.TemporaryDirectory() as folder:
        digits = Dataset.load(tiny.prepare(tiny.study(), Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        patients = tiny.study(data={"source": "diabetes"})
        diabetes = Dataset.load(tiny.prepare(patients, Path(folder)))
    points, targets = make_moons(300, noise=0.2, random_state=0)
    moons = Dataset("points", points.astype(np.float32), targets, ("upper", "lower"))
    return {"diabetes": diabetes, "digits": digits, "moons": moons}


def all_numbers() -> dict[str, dict[str, Any]]:
    loaded = datasets()
    return {case: numbers(case, loaded[case.split()[0]]) for case in CASES}

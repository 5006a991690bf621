"""Studies that train in milliseconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import Tensor

from regscope.datasets import Dataset
from regscope.stacking.streams import Streams
from regscope.study.params import Study
from regscope.training.loop import Trainer, cell_trainer

Values = Mapping[str, Any]

MOONS: dict[str, Any] = {"source": "moons", "samples": 300, "noise": 0.2}

CONVOLUTIONAL: dict[str, Any] = {
    "kind": "cnn",
    "filters": [8, 16],
    "pooled": ["conv1"],
    "dense": [8],
}

OPTIMIZERS: dict[str, dict[str, Any]] = {
    "sgd": {"optimizer": "sgd", "learning_rate": 0.1},
    "nesterov": {"optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
    "adam": {"optimizer": "adam", "learning_rate": 0.01},
}
"""The tests of training iterate these; AdamW is Adam with one more product."""

SCHEDULED: dict[str, Any] = {"schedule": {"kind": "cosine", "warm_up": 0.5}}


def study(
    cell: Values | None = None,
    optimizer: str = "sgd",
    *,
    data: Values | None = None,
    model: Values | None = None,
    split: Values | None = None,
    training: Values | None = None,
) -> Study:
    """54 digits, two hidden layers, 3 epochs of 4 batches; `cell` is named `tested`.

    Where a method needs residual branches or convolutions and no network is chosen, it has some.

    The last batch of an epoch is a partial one of 6.
    """
    hidden = model_for(cell or {})
    run = {"batch_size": 16, "epochs": 3, "seeds": 5, **OPTIMIZERS[optimizer]}
    return Study.model_validate(
        {
            "title": "Tiny",
            "data": {"source": "digits"} if data is None else data,
            "split": {"train": 54, "validation": 10, **(split or {})},
            "model": model if model and "kind" in model else {**hidden, **(model or {})},
            "training": {**run, **(training or {})},
            "evaluation": {"training_loss": 0.5},
            "regularizers": {"none": {}, "tested": {} if cell is None else cell},
        }
    )


def model_for(cell: Values) -> dict[str, Any]:
    """A dense network, with residual branches where a method needs some; or one of convolutions."""
    if "spatial_dropout" in cell:
        return CONVOLUTIONAL
    residual = {"kind": "mlp", "hidden": [16, 16, 16], "residual": True}
    return residual if "stochastic_depth" in cell else {"kind": "mlp", "hidden": [16, 8]}


def prepare(tried: Study, folder: Path) -> Path:
    """Download and prepare the data of a study; the folder with the prepared data."""
    for name in ("raw", "prepared"):
        (folder / name).mkdir()
    tried.data.download(folder / "raw")
    tried.data.prepare(folder / "raw").save(folder / "prepared")
    return folder / "prepared"


def trainer(tried: Study, dataset: Dataset, seeds: Sequence[int]) -> Trainer:
    return cell_trainer(tried, tried.cells["tested"].methods(), dataset, seeds)


def trained(tried: Study, dataset: Dataset, seeds: Sequence[int]) -> Trainer:
    ready = trainer(tried, dataset, seeds)
    ready.run()
    return ready


@contextmanager
def in_float64() -> Iterator[None]:
    """What is trained inside computes in float64.

    By float32's rounding a unit is active, a pixel the largest or a weight positive on one side of
    a comparison and not on the other, which makes whole steps differ.
    """
    uniform, before = Streams.uniform, torch.get_default_dtype()

    def in_double(*args: Any) -> Tensor:
        return uniform(*args).double()

    with (
        mock.patch.object(Tensor, "float", Tensor.double),
        mock.patch.object(Streams, "uniform", in_double),
    ):
        torch.set_default_dtype(torch.float64)
        try:
            yield
        finally:
            torch.set_default_dtype(before)


def rounding(steps: int) -> float:
    """Of `steps` steps in float64: its epsilon, times sums of at most 1,024 numbers a step."""
    return 2**-52 * steps * 1024


def differences(found: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> dict[str, float]:
    """Where two states are not bit for bit equal, and by how much at most."""
    assert set(found) == set(expected)
    return {
        name: float((found[name] - expected[name]).abs().max())
        for name in found
        if not torch.equal(found[name], expected[name])
    }

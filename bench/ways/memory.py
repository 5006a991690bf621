"""All pictures in memory as float32 tensors in [0, 1]."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from bench.ways.record import ARRAYS


class Pictures(NamedTuple):
    """Inputs `[N, 1, 28, 28]` and labels `[N]`."""

    inputs: Tensor
    labels: Tensor


def load(folder: Path, study: dict[str, Any]) -> tuple[Pictures, Pictures]:
    """Training and test examples: the first `split.train` and `tests`, where these are given."""
    arrays = np.load(folder / ARRAYS)
    train, tests = study["split"].get("train"), study.get("tests")
    return (
        _pictures(arrays["x_train"][:train], arrays["y_train"][:train]),
        _pictures(arrays["x_test"][:tests], arrays["y_test"][:tests]),
    )


def _pictures(images: Any, labels: Any) -> Pictures:
    inputs = torch.from_numpy(images).float().div_(255).unsqueeze(1)
    return Pictures(inputs, torch.from_numpy(labels).long())

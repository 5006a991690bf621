"""A study's prepared data, without reading all of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regscope.datasets.base import DATA_FILE, DESCRIPTION_FILE, Dataset

if TYPE_CHECKING:
    from mlflow.data.numpy_dataset import NumpyDataset

EXAMPLES = 2
"""In a sample: with a single one, torch would export a network for batches of one only."""


def sample(folder: Path) -> Dataset:
    """The prepared data with their first EXAMPLES examples only."""
    from safetensors import safe_open

    described = json.loads((folder / DESCRIPTION_FILE).read_text())
    with safe_open(folder / DATA_FILE, framework="np") as file:
        inputs, targets = (file.get_slice(name)[:EXAMPLES] for name in ("inputs", "targets"))
    known = {field.name for field in fields(Dataset)}
    kept: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in described.items()
        if name in known
    }
    return Dataset(inputs=inputs, targets=targets, **kept)


def dataset_input(folder: Path, name: str) -> NumpyDataset:
    """The prepared data as MLflow describes them: shapes, types and a digest of the file."""
    import numpy as np
    from mlflow.data.numpy_dataset import from_numpy
    from mlflow.data.sources import LocalArtifactDatasetSource  # type: ignore[attr-defined]

    shapes = _shapes(folder / DATA_FILE)
    with (folder / DATA_FILE).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:32]
    # MLflow asks these for shapes and types alone; a broadcast zero has them and takes no memory.
    inputs, targets = (
        np.broadcast_to(np.zeros((), dtype), shape)
        for shape, dtype in (shapes["inputs"], shapes["targets"])
    )
    source = LocalArtifactDatasetSource(str(folder / DATA_FILE))
    return from_numpy(inputs, source=source, targets=targets, name=name, digest=digest)


def _shapes(file: Path) -> dict[str, tuple[tuple[int, ...], Any]]:
    from safetensors import safe_open

    found = {}
    with safe_open(file, framework="np") as opened:
        for name in ("inputs", "targets"):
            tensor = opened.get_slice(name)
            found[name] = (tuple(tensor.get_shape()), tensor[:1].dtype)
    return found

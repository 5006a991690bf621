"""A cell's network and data as MLflow describes them: a model, and what it was trained on."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from regscope.base.digests import file_sha256
from regscope.datasets.base import DATA_FILE
from regscope.datasets.seen import as_seen
from regscope.study.networks import MODEL_FILE, in_own_unit, plain_networks

if TYPE_CHECKING:
    import numpy as np
    from mlflow.entities import DatasetInput
    from mlflow.models.signature import ModelSignature
    from torch import nn

    from regscope.datasets import Dataset
    from regscope.study.params import Study
    from regscope.tracking.runs import Runs

NAME = "model"
SEED = 0
"""Whose network is logged: one a cell, and no best one, which would be chosen on the test set."""

EXAMPLES = 2
"""Of the model's input: with a single one, torch would export it for batches of one only."""


def network(study: Study, reg: str, folder: Path, data: Dataset) -> nn.Module:
    """The network of seed SEED in evaluation mode; it gives numbers in their own unit.

    The other seeds' weights are not read. Raises RegscopeError when the file holds another
    architecture.
    """
    import torch
    from safetensors import safe_open

    with safe_open(folder / MODEL_FILE, framework="pt") as file:
        state = {name: file.get_slice(name)[SEED : SEED + 1] for name in file.keys()}  # noqa: SIM118
    (plain,) = plain_networks(study, reg, state, data)
    loaded = in_own_unit(plain, study, reg, data, SEED)
    # Laid out as others expect it, whatever is fastest here.
    contiguous: nn.Module = loaded.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    return contiguous


def log(network: nn.Module, data: Dataset, runs: Runs, run: str, params: Mapping[str, str]) -> None:
    """Log the network as the model NAME of a run.

    To be loaded it needs torch and nothing of regscope: it is saved as torch exports it
    (`torch.export`). What torch cannot export is pickled, and then needs regscope: so are taggers,
    whose forward goes through sentences word by word, as long as they are. Inputs are those that a
    network sees: float32 pictures in [0, 1], or word ids.
    """
    with _without_lightning():
        import mlflow.pytorch
    import torch

    # It warns of every pickle, also of one that was asked for.
    logging.getLogger("mlflow.pytorch").setLevel(logging.ERROR)
    example, signature = _described(network, data)
    for form in ("pickle",) if data.kind == "tokens" else ("pt2", "pickle"):
        model = runs.client.create_logged_model(runs.experiment, NAME, run, params=dict(params))
        try:
            mlflow.pytorch.log_model(
                network,
                name=NAME,
                run_id=run,
                model_id=model.model_id,
                signature=signature,
                input_example=example,
                # Inferred ones would take seconds, in a process of their own.
                pip_requirements=[f"torch=={torch.__version__.partition('+')[0]}"],
                serialization_format=form,
            )
            return
        except RuntimeError:
            if form == "pickle":
                raise
            runs.client.delete_logged_model(model.model_id)


def _described(network: nn.Module, data: Dataset) -> tuple[np.ndarray, ModelSignature]:
    """A batch as the network sees it, and the shapes and types of inputs and outputs."""
    import torch
    from mlflow.models.signature import ModelSignature
    from mlflow.types import Schema, TensorSpec

    seen = as_seen(torch.from_numpy(data.inputs[:EXAMPLES]), data.scale)
    with torch.no_grad():
        example, predicted = seen.numpy(), network(seen).numpy()
    inputs, outputs = (
        Schema([TensorSpec(array.dtype, (-1, *array.shape[1:]))]) for array in (example, predicted)
    )
    return example, ModelSignature(inputs, outputs)


def data_input(data: Dataset, folder: Path, name: str) -> DatasetInput:
    """The prepared data in the folder: shapes, types and a digest of the file."""
    from mlflow import entities
    from mlflow.data.numpy_dataset import from_numpy
    from mlflow.data.sources import LocalArtifactDatasetSource  # type: ignore[attr-defined]

    file = folder / DATA_FILE
    digest = file_sha256(file)[:32]
    source = LocalArtifactDatasetSource(str(file))
    described = from_numpy(data.inputs, source, data.targets, name, digest)
    # Of one digest whatever a run uses of it, since splits vary with the seed.
    return entities.DatasetInput(
        entities.Dataset(**described.to_dict()),
        [entities.InputTag("mlflow.data.context", "training")],
    )


@contextmanager
def _without_lightning() -> Iterator[None]:
    """mlflow.pytorch imports Lightning where it is installed: seconds, for nothing used here."""
    hidden = "pytorch_lightning"
    if hidden in sys.modules:
        yield
        return
    sys.modules[hidden] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[hidden]

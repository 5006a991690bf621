"""A cell's network as an MLflow model, which needs torch to be loaded and nothing of regscope."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from regscope.datasets.seen import as_seen
from regscope.study.networks import MODEL_FILE, plain_networks

if TYPE_CHECKING:
    import numpy as np
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from mlflow.models.signature import ModelSignature
    from torch import nn

    from regscope.datasets import Dataset
    from regscope.study.params import Study

NAME = "model"
SEED = 0
"""Whose network is logged: one a cell, and no best one, which would be chosen on the test set."""


def network(study: Study, reg: str, folder: Path, data: Dataset) -> nn.Module:
    """The network of seed SEED in evaluation mode; the other seeds' weights are not read.

    `data` may be a sample. Raises RegscopeError when the file holds another architecture.
    """
    import torch
    from safetensors import safe_open

    with safe_open(folder / MODEL_FILE, framework="pt") as file:
        state = {name: file.get_slice(name)[SEED : SEED + 1] for name in file.keys()}  # noqa: SIM118
    (loaded,) = plain_networks(study, reg, state, data)
    # Laid out as others expect it, whatever is fastest here.
    contiguous: nn.Module = loaded.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    return contiguous


def log(network: nn.Module, data: Dataset, client: MlflowClient, run: Run) -> None:
    """Log the network as the model NAME of a run, with the run's params.

    It is saved as torch exports it (`torch.export`), which needs none of the classes that it was
    built of. What torch cannot export is pickled, and then needs regscope where it is loaded: so
    are taggers, whose forward goes through sentences word by word, as long as they are. Inputs are
    those that a network sees: float32 pictures in [0, 1], or word ids.
    """
    with _without_lightning():
        import mlflow.pytorch
    import torch

    # It warns of every pickle, also of one that was asked for.
    logging.getLogger("mlflow.pytorch").setLevel(logging.ERROR)
    example, signature = _described(network, data)
    for form in ("pickle",) if data.kind == "tokens" else ("pt2", "pickle"):
        model = client.create_logged_model(
            run.info.experiment_id, NAME, run.info.run_id, params=run.data.params
        )
        try:
            mlflow.pytorch.log_model(
                network,
                name=NAME,
                run_id=run.info.run_id,
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
            client.delete_logged_model(model.model_id)


def _described(network: nn.Module, data: Dataset) -> tuple[np.ndarray, ModelSignature]:
    """A batch as the network sees it, and the shapes and types of inputs and outputs."""
    import torch
    from mlflow.models.signature import ModelSignature
    from mlflow.types import Schema, TensorSpec

    seen = as_seen(torch.from_numpy(data.inputs.copy()), data.scale)
    with torch.no_grad():
        example, predicted = seen.numpy(), network(seen).numpy()
    inputs, outputs = (
        Schema([TensorSpec(array.dtype, (-1, *array.shape[1:]))]) for array in (example, predicted)
    )
    return example, ModelSignature(inputs, outputs)


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

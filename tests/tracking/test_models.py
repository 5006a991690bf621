"""The logged model of a table: what goes in are numbers, gaps and all."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from regscope.datasets import Dataset
from regscope.study.networks import plain_networks
from regscope.tracking import models
from regscope.tracking.runs import Runs
from tests import tiny
from tests.own import tables


def network_of(dataset: Dataset, data: dict[str, Any]) -> nn.Module:
    study = tiny.study(
        data=data,
        model={"kind": "tabular", "hidden": [8], "embedding": 3},
        split={"train": 160, "validation": 32},
        training={"epochs": 1},
    )
    state = tiny.trained(study, dataset, [0]).model.state_dict()
    [network] = plain_networks(study, "tested", state, dataset)
    return network


@pytest.mark.slow
def test_a_network_of_a_table_is_logged_as_a_program(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the example that goes with it has gaps."""
    monkeypatch.setitem(sys.modules, "pytorch_lightning", None)
    import mlflow.pytorch

    mlflow.set_tracking_uri(f"sqlite:///{workspace}/mlflow.db")
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    source = tables.brought(age=["", "41.5", *tables.words()["age"][2:]])
    dataset = source.read()
    assert np.isnan(dataset.inputs[0]).any()
    network = network_of(dataset, source.model_dump(mode="json"))
    experiment = mlflow.create_experiment("table", str(workspace / "artifacts"))
    with mlflow.start_run(experiment_id=experiment) as run:
        runs = Runs(mlflow.MlflowClient(), experiment)
        models.log(network, dataset, runs, run.info.run_id, {})
    with torch.no_grad():
        expected = network(torch.from_numpy(dataset.inputs)).numpy()
    uri = f"runs:/{run.info.run_id}/model"
    served = mlflow.pyfunc.load_model(uri)
    np.testing.assert_allclose(served.predict(dataset.inputs), expected, rtol=1e-5, atol=1e-6)
    assert served.metadata.signature.inputs.inputs[0].shape == (-1, 3)

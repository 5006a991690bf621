"""The small study in MLflow's default store, asked through its client."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

import numpy as np
import pytest
import torch
import yaml

from regscope.base import paths
from regscope.base.files import write_text
from regscope.datasets import Dataset
from regscope.results import COMPARED
from regscope.study.networks import load_networks
from regscope.study.params import load_params
from regscope.tracking import ledger, models, store, view
from regscope.tracking.record import copy_artifacts
from regscope.tracking.runs import COMPLETE, Runs
from regscope.tracking.track import track
from tests.alone import ROOT
from tests.measures.tasked import of_classes
from tests.tracking import small
from tests.tracking.small import CELLS, EPOCHS, NAME, SEEDS, Held

IN_PYTHON = """
import sys
from stages.track import main
sys.argv = ["track", "small"]
main()
heavy = ("mlflow", "numpy", "pandas", "torch", "yaml", "pydantic")
print([name for name in heavy if name in sys.modules])
"""


def test_a_parent_a_cell_and_a_child_a_seed_with_their_curves(tracked: Path) -> None:
    held = Held()
    parents = held.parents()
    assert [run.data.params["reg"] for run in parents] == list(CELLS)
    for parent in parents:
        assert parent.info.status == "FINISHED"
        children = held.children(parent)
        assert sorted(run.data.params["seed"] for run in children) == [str(s) for s in range(SEEDS)]
        for child in children:
            assert child.info.status == "FINISHED"
            for column in ("train_loss", "penalty", "train_accuracy", "test_loss", "test_accuracy"):
                steps = [step for step, _ in held.curve(child, f"epoch/{column}")]
                assert steps == list(range(1, EPOCHS + 1))


def test_the_store_lies_in_the_repository_and_nowhere_else(logged: Path) -> None:
    """In a folder whose name needs quoting."""
    assert list(logged.parent.iterdir()) == [logged]
    assert (logged / ".regscope" / "mlflow" / "mlflow.db").is_file()
    artifacts = logged / ".regscope" / "mlflow" / "artifacts" / NAME
    # Copies of this repository keep theirs here, too: the store names the folder.
    kept = list(logged.parent.rglob("confusion.csv"))
    assert len(kept) >= len(CELLS)
    assert all(artifacts in file.parents for file in kept)
    assert len(list(artifacts.rglob("model.pt2"))) == len(CELLS)


def test_numbers_are_those_of_the_tables(tracked: Path) -> None:
    import pandas as pd

    held = Held()
    for parent in held.parents():
        reg = parent.data.params["reg"]
        history = pd.read_csv(paths.model(NAME, reg) / "history.csv")
        measures = pd.read_csv(paths.evaluation(NAME, reg) / "measures.csv").set_index("seed")
        for child in held.children(parent):
            seed = int(child.data.params["seed"])
            expected = history[history["seed"] == seed]["holdout_loss"]
            assert [value for _, value in held.curve(child, "epoch/test_loss")] == list(expected)
            for name, value in measures.loc[seed].dropna().items():
                assert held.curve(child, str(name)) == [(EPOCHS, value)]
        mean = measures["test_accuracy"].mean()
        assert parent.data.metrics["test_accuracy"] == pytest.approx(mean, abs=1e-12)
        curve = history.groupby("epoch")["train_loss"].mean()
        found = [value for _, value in held.curve(parent, "epoch/train_loss")]
        assert found == pytest.approx(list(curve), abs=1e-12)


def test_verdicts_settings_and_origin(tracked: Path) -> None:
    baseline, l1 = Held().parents()
    assert {f"verdict.{measure}" for measure in of_classes(COMPARED)} <= set(l1.data.tags)
    assert not any(tag.startswith("verdict.") for tag in baseline.data.tags)
    assert {"difference/test_accuracy", "difference_low/test_accuracy"} <= set(l1.data.metrics)
    assert l1.data.params["regularizer.l1"] == "0.001"
    assert l1.data.params["training.epochs"] == str(EPOCHS)
    assert l1.data.tags["regscope.device"] == "cpu"
    assert len(l1.data.tags["regscope.cell"]) == 32


def test_figures_the_confusion_matrix_and_the_data(tracked: Path) -> None:
    held = Held()
    prepared = Dataset.load(paths.prepared(NAME))
    for parent in held.parents():
        run = parent.info.run_id
        names = {found.path for found in held.client.list_artifacts(run)}
        assert names == {"figures", "confusion.csv"}
        matrix = Path(held.client.download_artifacts(run, "confusion.csv"))
        assert parent.data.params["reg"] in matrix.read_text()
        assert parent.inputs is not None
        (used,) = parent.inputs.dataset_inputs
        assert used.dataset.name == "digits"
        assert str(list(prepared.inputs.shape)) in str(used.dataset.profile)


def test_the_model_predicts_what_the_network_predicts(
    tracked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through both of MLflow's doors, for any number of examples."""
    import mlflow

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pytorch_lightning", None)
        import mlflow.pytorch
    mlflow.set_tracking_uri(store.tracking_uri())
    # What is pickled may name classes that are not there where it is loaded.
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    dataset = Dataset.load(paths.prepared(NAME))
    examples = dataset.inputs[:7].astype(np.float32) * np.float32(dataset.scale)
    for parent in Held().parents():
        reg = parent.data.params["reg"]
        study = load_params().named(NAME)
        network = load_networks(study, reg, paths.model(NAME, reg), dataset)[0]
        with torch.no_grad():
            expected = network(torch.from_numpy(examples)).numpy()
        uri = f"runs:/{parent.info.run_id}/model"
        plain = mlflow.pytorch.load_model(uri)(torch.from_numpy(examples)).detach().numpy()
        served = mlflow.pyfunc.load_model(uri)
        assert np.allclose(plain, expected, rtol=0, atol=1e-6)
        assert np.allclose(served.predict(examples), expected, rtol=0, atol=1e-6)
        assert served.metadata.signature.inputs.inputs[0].shape == (-1, 1, 8, 8)


@pytest.mark.slow
def test_the_model_needs_no_regscope(tracked: Path) -> None:
    held = Held()
    location = held.client.get_logged_model(held.models()[0]).artifact_location
    folder = Path(url2pathname(urlparse(location).path))
    code = (
        "import sys, torch;"
        f"network = torch.export.load({str(folder / 'data' / 'model.pt2')!r}).module();"
        "print(tuple(network(torch.zeros(5, 1, 8, 8)).shape), 'regscope' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd="/", capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "(5, 10) False"


def test_a_second_run_adds_nothing_and_imports_nothing(tracked: Path) -> None:
    before = Held().counts(), small.noted()
    done = subprocess.run(
        [sys.executable, "-c", IN_PYTHON],
        env={"PYTHONPATH": str(ROOT), "DVC_ROOT": str(tracked), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
    assert (Held().counts(), small.noted()) == before


def test_without_the_ledger_the_store_is_asked(tracked: Path) -> None:
    before = Held().counts(), small.noted()
    ledger.ledger_file().unlink()
    track(NAME)
    assert (Held().counts(), small.noted()) == before


def test_a_store_that_was_written_to_is_asked_once(
    tracked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Held().client.create_experiment("another")
    before = Held().counts()
    track(NAME)
    monkeypatch.setattr(Runs, "complete", None)
    track(NAME)
    assert capsys.readouterr() == ("", "")
    assert Held().counts() == before


@pytest.mark.usefixtures("light_models")
def test_another_strength_adds_a_parent_and_leaves_the_old(tracked: Path) -> None:
    before = {run.info.run_id: run.data for run in Held().runs()}
    small.change_strength(0.01)
    track(NAME)
    held = Held()
    added = [run for run in held.runs() if run.info.run_id not in before]
    assert [run.data.params["regularizer.l1"] for run in added] == ["0.01"] * (1 + SEEDS)
    assert len(held.counts()) == len(CELLS) + 1
    for run in held.runs():
        if run.info.run_id in before:
            assert run.data.to_dictionary() == before[run.info.run_id].to_dictionary()
    counts = held.counts()
    small.change_strength(0.001)
    track(NAME)
    assert Held().counts() == counts


def test_the_model_is_that_of_the_results_whatever_params_say_now(
    tracked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[torch.nn.Module] = []
    monkeypatch.setattr(models, "log", lambda network, *_: logged.append(network))
    small.change_strength(0.02)
    written = yaml.safe_load(paths.PARAMS.read_text())
    written["studies"][NAME]["model"]["activation"] = "tanh"
    paths.PARAMS.write_text(yaml.safe_dump(written))
    track(NAME)
    (network,) = logged
    kinds = {type(module) for module in network.modules()}
    assert torch.nn.ReLU in kinds
    assert torch.nn.Tanh not in kinds


@pytest.mark.slow
@pytest.mark.usefixtures("light_models")
def test_a_deleted_store_is_noticed(tracked: Path) -> None:
    (entry,) = small.noted()[store.tracking_uri()].values()
    shutil.rmtree(store.folder())
    track(NAME)
    counts = Held().counts()
    assert list(counts.values()) == [SEEDS] * len(CELLS)
    assert not set(entry["cells"].values()) & set(counts)


@pytest.mark.usefixtures("light_models")
def test_a_store_that_was_replaced_is_noticed(tracked: Path) -> None:
    """By one that has no such experiment."""
    (entry,) = small.noted()[store.tracking_uri()].values()
    file = store.folder() / "mlflow.db"
    shutil.copy(file, "other.db")
    other = Held("sqlite:///other.db")
    other.client.rename_experiment(other.experiment, "another")
    Path("other.db").replace(file)
    track(NAME)
    counts = Held().counts()
    assert list(counts.values()) == [SEEDS] * len(CELLS)
    assert not set(entry["cells"].values()) & set(counts)


class StopError(Exception):
    pass


CALLS = ("create_run", "log_batch", "log_inputs", "log_artifacts", "set_terminated", "set_tag")


def interrupt_after(calls: int, patch: pytest.MonkeyPatch) -> None:
    """Have every later call of the client be interrupted."""
    from mlflow import MlflowClient

    made: list[str] = []
    for name in CALLS:
        call = getattr(MlflowClient, name)

        def counted(self, *arguments, name=name, call=call, **named):  # type: ignore[no-untyped-def]
            made.append(name)
            if len(made) > calls:
                raise KeyboardInterrupt
            return call(self, *arguments, **named)

        patch.setattr(MlflowClient, name, counted)


@pytest.mark.usefixtures("light_models")
def test_an_interrupted_logging_is_begun_anew(tracked: Path) -> None:
    """Stopped again and again, each time some calls later; nothing of it is left."""
    small.change_strength(0.02)
    before = Held().counts()
    calls = 0
    while True:
        with pytest.MonkeyPatch.context() as patch:
            interrupt_after(calls, patch)
            try:
                track(NAME)
                break
            except KeyboardInterrupt:
                calls += 4
    held = Held()
    added = [run for run in held.parents() if run.info.run_id not in before]
    assert [run.info.status for run in added] == ["FINISHED"]
    children = held.children(added[0])
    assert sorted(run.data.tags["regscope.seed"] for run in children) == ["0", "1"]
    assert [run.info.status for run in children] == ["FINISHED"] * SEEDS
    for run in (*children, *added):
        steps = [step for step, _ in held.curve(run, "epoch/train_loss")]
        assert steps == list(range(1, EPOCHS + 1))
    assert len(held.models()) == len(CELLS) + 1
    assert len(held.runs()) == (1 + SEEDS) * (len(CELLS) + 1)


@pytest.mark.usefixtures("light_models")
def test_complete_is_what_has_all_its_metrics(
    tracked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """MLflow logs many metrics in several calls; here the second one fails."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
    from mlflow.tracking._tracking_service import client

    earlier = {run.info.run_id for run in Held().runs()}
    small.change_strength(0.02)
    log_batch: Any = SqlAlchemyStore.log_batch
    made: list[str] = []

    def second_fails(self, run_id, metrics, params, tags):  # type: ignore[no-untyped-def]
        made.extend([run_id] if metrics else [])
        if len(made) == 2:
            raise StopError
        log_batch(self, run_id, metrics, params, tags)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "MAX_METRICS_PER_BATCH", 4)
        patch.setattr(SqlAlchemyStore, "log_batch", second_fails)
        track(NAME)
    assert "StopError" in capsys.readouterr().err
    added = [run for run in Held().runs() if run.info.run_id not in earlier]
    assert [len(run.data.metrics) for run in added if run.info.run_id == made[0]] == [4]
    assert not any(COMPLETE in run.data.tags for run in added)
    track(NAME)
    held = Held()
    again = [run for run in held.runs() if run.info.run_id not in earlier]
    assert not {run.info.run_id for run in added} & {run.info.run_id for run in again}
    assert len(again) == 1 + SEEDS
    for run in again:
        assert COMPLETE in run.data.tags
        for name, steps in (
            ("epoch/penalty", list(range(1, EPOCHS + 1))),
            ("test_accuracy", [EPOCHS]),
        ):
            assert [step for step, _ in held.curve(run, name)] == steps


def test_a_deleted_experiment_is_restored_and_told_of(
    tracked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = Held()
    before = held.counts()
    held.client.delete_experiment(held.experiment)
    assert not held.runs()
    track(NAME)
    assert held.counts() == before
    told = capsys.readouterr().err
    assert told.startswith(f"regscope: {small.EXPERIMENT} was deleted at sqlite:///")
    assert told.endswith("mlflow.db: restored, with its runs\n")
    track(NAME)
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("light_models")
def test_a_deleted_run_is_logged_anew(tracked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = Held()
    kept, deleted = held.parents()
    held.client.delete_run(deleted.info.run_id)
    track(NAME)
    assert "1 of 2 cells logged" in capsys.readouterr().out
    (again,) = (run for run in held.parents() if run.info.run_id != kept.info.run_id)
    assert again.info.run_id != deleted.info.run_id
    assert len(held.children(again)) == SEEDS
    track(NAME)
    assert capsys.readouterr() == ("", "")


def test_the_page_has_a_view_of_cells_by_what_the_study_compares(tracked: Path) -> None:
    found = Held().client.get_experiment(Held().experiment)
    shown = json.loads(found.tags[view.TAG])
    assert shown["orderByKey"] == "metrics.`test_accuracy`"
    assert "metrics.`difference/test_accuracy`" in shown["selectedColumns"]
    assert shown["columnOrder"] == shown["selectedColumns"] == list(shown["columnWidths"])
    assert shown["selectedColumns"][-1] == "tags.`verdict.test_accuracy`"
    logged = Held().parents()[-1].data
    assert {f"metrics.`{name}`" for name in logged.metrics} >= set(shown["selectedColumns"][:-1])
    assert {f"tags.`{name}`" for name in logged.tags} >= set(shown["selectedColumns"][-1:])


def test_of_numbers_what_was_predicted_is_kept(workspace: Path) -> None:
    plots = paths.plots(NAME)
    for name in ("r2.png", "predicted/l1.csv", "predicted/l2.csv", "curves.csv"):
        write_text(plots / name, name)
    folder = workspace / "artifacts"
    folder.mkdir()
    copy_artifacts(NAME, "l1", folder)
    kept = {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*.*")}
    assert kept == {"figures/r2.png": "r2.png", "predicted.csv": "predicted/l1.csv"}

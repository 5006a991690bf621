"""Advice in MLflow, asked through its client."""

from __future__ import annotations

from pathlib import Path

import pytest

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_csv, write_json, write_text
from regscope.tracking import ledger, store
from regscope.tracking.advised import track_advice
from regscope.tracking.runs import KIND
from tests.advice.test_answer import advice, arm
from tests.tracking.small import Held

EXPERIMENT = "regscope/advice/churn"


@pytest.fixture
def advised(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a repository with a store of its own."""
    monkeypatch.delenv(store.URI, raising=False)
    monkeypatch.setenv("DVC_ROOT", str(workspace))
    write(0.02)


def write(difference: float) -> None:
    l2 = arm("l2", difference, methods={"l2": 0.001, "batch_norm": True})
    found = advice(l2, arm("l1", -0.001), advised="l2")
    write_json(paths.advice("churn") / paths.ADVICE_FILE, found)
    write_csv(paths.advice("churn") / paths.TIMES_FILE, [{"arm": "l2", "seconds": 1.5}])
    write_text(paths.advice("churn") / "README.md", "# Advice")
    write_text(paths.advice_plots("churn") / paths.CHOICES_FILE, "a picture")


def test_a_run_with_what_is_advised_and_a_child_a_method(
    advised: None, capsys: pytest.CaptureFixture[str]
) -> None:
    track_advice("churn")
    assert "churn: 1 of 1 advice logged at " in capsys.readouterr().out
    held = Held(experiment=EXPERIMENT)
    (parent,) = held.parents()
    assert parent.info.status == "FINISHED"
    assert parent.data.tags["advised"] == "l2"
    assert parent.data.params["trials"] == "16"
    assert parent.data.params["regularizer.l2"] == "0.001"
    # As of the cells of a study.
    assert parent.data.params["regularizer.batch_norm"] == "True"
    assert parent.data.tags[KIND] == "advice"
    assert parent.data.metrics["difference"] == 0.02
    assert parent.data.metrics["seconds"] == 1.5
    children = {run.info.run_name: run for run in held.children(parent)}
    assert set(children) == {"none", "l2", "l1"}
    assert children["l2"].data.tags["verdict"] == "better"
    assert "difference" not in children["none"].data.metrics
    logged = {file.path for file in held.client.list_artifacts(parent.info.run_id)}
    assert logged == {"README.md", "advice.json", "times.csv", "choices.png"}


def test_the_same_is_logged_once_and_another_beside_it(advised: None) -> None:
    track_advice("churn")
    track_advice("churn")
    # Nor where the list of what was logged is lost.
    ledger.ledger_file().unlink()
    track_advice("churn")
    assert len(Held(experiment=EXPERIMENT).parents()) == 1
    write(0.03)
    track_advice("churn")
    held = Held(experiment=EXPERIMENT)
    assert [run.data.metrics["difference"] for run in held.parents()] == [0.02, 0.03]


def test_without_advice_one_line_says_so(workspace: Path) -> None:
    with pytest.raises(RegscopeError, match=r"^churn: no advice in metrics/advice/churn$"):
        track_advice("churn")

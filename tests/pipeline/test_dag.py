"""`dvc repro`: what runs, what is kept, what is left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from regscope.results import SUMMARY
from tests.pipeline.workspace import TINY, Workspace, ran

CELL_STAGES = [f"{stage}@digits-{reg}" for stage in ("train", "evaluate") for reg in TINY["regs"]]


def set_param(workspace: Workspace, key: str, value: object) -> None:
    def change(params: dict) -> None:  # type: ignore[type-arg]
        *parents, last = key.split(".")
        for parent in parents:
            params = params[parent]
        params[last] = value

    workspace.edit_yaml("params.yaml", change)


def test_the_whole_study_is_built(built: Workspace) -> None:
    assert sorted(ran(built.first_output)) == sorted(
        [
            "validate",
            "download@digits",
            "preprocess@digits",
            *CELL_STAGES,
            "summarize@digits",
            "visualize@digits",
            "review",
            "claims",
            "report",
        ]
    )
    summary = json.loads((built.root / "metrics/studies/digits/summary.json").read_text())
    assert list(summary) == TINY["regs"]
    assert set(summary["none"]) == set(SUMMARY)
    seeds = pd.read_csv(built.root / "metrics/studies/digits/seeds.csv")
    assert list(seeds.columns[:2]) == ["reg", "seed"]
    assert seeds.groupby("reg")["seed"].apply(list).to_dict() == {
        reg: [0, 1] for reg in TINY["regs"]
    }
    assert (built.root / "report.html").is_file()
    claims = json.loads((built.root / "metrics/claims.json").read_text())["claims"]
    assert {claim["id"]: claim["verdict"] for claim in claims} == {"l1-best": "undecided"}


def test_another_threshold_of_a_claim_runs_its_stage_alone(workspace: Workspace) -> None:
    def stricter(claims: dict[str, Any]) -> None:
        claims["rule"]["significance"] = 0.01

    workspace.edit_yaml("claims.yaml", stricter)
    assert ran(workspace.dvc("repro")) == ["claims"]


def test_results_are_git_tracked_and_data_is_not(built: Workspace) -> None:
    tracked = built.run("git", "ls-files").splitlines()
    assert {"dvc.lock", "metrics/review.json", "metrics/README.md"} <= set(tracked)
    assert "plots/digits/accuracy.png" in tracked
    assert [name for name in tracked if name.startswith("data/")] == ["data/README.md"]
    assert "report.html" not in tracked
    assert built.run("git", "status", "--short") == ""


def test_a_second_run_skips_everything(workspace: Workspace) -> None:
    output = workspace.dvc("repro")
    assert ran(output) == []
    assert workspace.run("git", "status", "--short") == ""


def test_a_changed_strength_retrains_one_cell(workspace: Workspace) -> None:
    set_param(workspace, "studies.digits.regularizers.l2.l2", 0.01)
    output = ran(workspace.dvc("repro"))
    assert [name for name in output if name.startswith(("train", "evaluate"))] == [
        "train@digits-l2",
        "evaluate@digits-l2",
    ]


def test_changed_figures_train_and_measure_nothing(workspace: Workspace) -> None:
    with (workspace.root / "regscope/figures/curves.py").open("a") as file:
        file.write("\n# Changed.\n")
    assert ran(workspace.dvc("repro", "--dry")) == ["visualize@digits"]


def test_changed_library_code_does_not_retrain_but_the_numerics_version_does(
    workspace: Workspace,
) -> None:
    with (workspace.root / "regscope/training/loop.py").open("a") as file:
        file.write("\n# Changed.\n")
    assert ran(workspace.dvc("repro", "--dry")) == []
    numerics = workspace.root / "regscope/numerics.py"
    numerics.write_text(numerics.read_text().replace("_VERSION = ", "_VERSION = 1000 + "))
    stages = ran(workspace.dvc("repro", "--dry"))
    assert [name for name in stages if name.startswith("train")] == CELL_STAGES[:3]


@pytest.mark.slow
def test_the_same_params_give_identical_results(workspace: Workspace) -> None:
    before = workspace.results()
    workspace.dvc("repro", "--force")
    assert workspace.results() == before


def changed(workspace: Workspace) -> set[str]:
    """Files and new folders that `git status` names."""
    return {line[3:] for line in workspace.run("git", "status", "--short").splitlines()}


@pytest.mark.slow
def test_going_to_another_study_and_back_keeps_everything(workspace: Workspace) -> None:
    set_param(workspace, "study", "moons")
    output = ran(workspace.dvc("repro"))
    assert "train@moons-l1" in output
    assert "train@digits-l1" not in output
    absent = workspace.root / "data/models/moons/l2/absent.txt"
    assert absent.read_text() == "moons has no cell l2 (null in params.yaml)\n"
    set_param(workspace, "study", "digits")
    output = ran(workspace.dvc("repro"))
    assert not [name for name in output if name.startswith(("train", "evaluate", "summarize"))]
    new = {"metrics/studies/moons/", "plots/moons/"}
    assert new <= changed(workspace)
    assert changed(workspace) <= new | {
        "params.yaml",
        "dvc.lock",
        "metrics/README.md",
        "metrics/published.png",
    }
    assert (workspace.root / "metrics/studies/moons/summary.json").is_file()

    workspace.commit("both studies")
    for study in ("moons", "digits"):
        set_param(workspace, "study", study)
        output = ran(workspace.dvc("repro"))
        assert set(output) <= {"validate", "review", "report"}
    assert changed(workspace) == set()


@pytest.mark.slow
def test_a_cell_taken_out_of_regs_leaves_the_results(workspace: Workspace) -> None:
    def take_out(params: dict) -> None:  # type: ignore[type-arg]
        params["regs"].remove("l2")
        for study in params["studies"].values():
            del study["regularizers"]["l2"]

    workspace.edit_yaml("params.yaml", take_out)
    output = ran(workspace.dvc("repro"))
    assert not [name for name in output if name.startswith("train")]
    summary = json.loads((workspace.root / "metrics/studies/digits/summary.json").read_text())
    assert list(summary) == ["none", "l1"]
    assert not (workspace.root / "data/models/digits/l2").exists()
    assert ran(workspace.dvc("repro")) == []


def test_every_study_with_committed_results_is_shown_by_dvc() -> None:
    root = Path(__file__).parents[2]
    studies = [folder.name for folder in (root / "metrics" / "studies").iterdir()]
    assert "digits" in studies
    pipeline = yaml.safe_load((root / "dvc.yaml").read_text())
    for study in studies:
        assert f"metrics/studies/{study}/summary.json" in pipeline["metrics"]
        assert {f"plots/{study}/confusion"} <= {name for plot in pipeline["plots"] for name in plot}

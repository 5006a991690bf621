"""`dvc repro`: what runs, what is kept, what is left."""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd
import pytest
import yaml

from regscope.base import paths
from regscope.pipelines import rates_pipelines, study_pipelines
from regscope.rates.settings import load_rates
from regscope.results import SUMMARY
from regscope.study.params import load_params
from regscope.tasks import TASKS
from tests.measures.tasked import of_classes
from tests.pipeline.workspace import CELLS, SOURCE, Workspace, ran, trained


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
            "digits:settings",
            "digits:download",
            "digits:preprocess",
            "digits:train",
            "digits:evaluate",
            "digits:summarize",
            "review",
            "claims",
            "report",
        ]
    )
    summary = json.loads((built.root / "metrics/studies/digits/summary.json").read_text())
    assert list(summary) == list(CELLS)
    assert set(summary["none"]) == set(of_classes(SUMMARY))
    seeds = pd.read_csv(built.root / "metrics/studies/digits/seeds.csv")
    assert list(seeds.columns[:2]) == ["reg", "seed"]
    assert seeds.groupby("reg")["seed"].apply(list).to_dict() == {
        reg: [0, 1] for reg in list(CELLS)
    }
    assert (built.root / "report" / "index.html").is_file()
    claims = json.loads((built.root / "metrics/claims.json").read_text())["claims"]
    assert {claim["id"]: claim["verdict"] for claim in claims} == {"l1-best": "undecided"}


@pytest.mark.slow
def test_another_threshold_of_a_claim_runs_its_stage_and_the_pages_alone(
    workspace: Workspace,
) -> None:
    def stricter(claims: dict[str, Any]) -> None:
        claims["rule"]["significance"] = 0.01

    workspace.edit_yaml("claims.yaml", stricter)
    assert ran(workspace.dvc("repro")) == ["claims", "report"]


def test_results_are_git_tracked_and_data_is_not(built: Workspace) -> None:
    tracked = built.run("git", "ls-files").splitlines()
    assert {
        "dvc.lock",
        "studies/digits/dvc.lock",
        "metrics/review.json",
        "metrics/README.md",
    } <= set(tracked)
    assert "plots/digits/accuracy.png" in tracked
    # Of a person's own file git has what DVC knows it by, never the file.
    own = [name for name in tracked if name.startswith("data/own/")]
    assert all(name.endswith((".dvc", ".gitignore")) for name in own)
    assert [name for name in tracked if name.startswith("data/")] == ["data/README.md", *own]
    assert [name for name in tracked if name.startswith("report/")] == []
    assert built.run("git", "status", "--short") == ""


def test_a_second_run_skips_everything(workspace: Workspace) -> None:
    output = workspace.dvc("repro")
    assert ran(output) == []
    assert workspace.run("git", "status", "--short") == ""


@pytest.mark.slow
def test_a_changed_strength_retrains_one_cell(workspace: Workspace) -> None:
    set_param(workspace, "studies.digits.regularizers.l2.l2", 0.01)
    printed = workspace.dvc("repro")
    assert trained(printed) == ["digits/l2"]
    assert re.findall(r"digits/(\w+): measured", printed) == ["l2"]
    changed = [line.split("\t") for line in workspace.run("git", "diff", "--numstat").splitlines()]
    lines = {name: int(added) for added, _, name in changed if added.isdigit()}
    assert sum(count for name, count in lines.items() if not name.endswith(".csv")) <= 40, lines


def test_changed_figures_train_and_measure_nothing(workspace: Workspace) -> None:
    with (workspace.root / "regscope/figures/curves.py").open("a") as file:
        file.write("\n# Changed.\n")
    assert ran(workspace.dvc("repro", "--dry")) == ["digits:summarize"]


def test_changed_library_code_does_not_retrain_but_the_numerics_version_does(
    workspace: Workspace,
) -> None:
    with (workspace.root / "regscope/training/loop.py").open("a") as file:
        file.write("\n# Changed.\n")
    assert ran(workspace.dvc("repro", "--dry")) == []
    numerics = workspace.root / "regscope/numerics.py"
    numerics.write_text(numerics.read_text().replace("_VERSION = ", "_VERSION = 1000 + "))
    printed = workspace.dvc("repro", f"{paths.pipeline('digits')}:train")
    assert trained(printed) == [f"digits/{reg}" for reg in CELLS]


def changed(workspace: Workspace) -> set[str]:
    """Files and new folders that `git status` names."""
    return {line[3:] for line in workspace.run("git", "status", "--short").splitlines()}


@pytest.mark.slow
def test_going_to_another_study_and_back_keeps_everything(workspace: Workspace) -> None:
    set_param(workspace, "study", "moons")
    assert trained(workspace.dvc("repro")) == ["moons/none", "moons/l1"]
    set_param(workspace, "study", "digits")
    output = ran(workspace.dvc("repro"))
    assert not [name for name in output if ":" in name]
    new = {"metrics/studies/moons/", "plots/moons/", "studies/moons/dvc.lock"}
    assert new <= changed(workspace)
    assert changed(workspace) <= new | {
        "params.yaml",
        "dvc.lock",
        "metrics/README.md",
        "metrics/pages/moons.md",
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
def test_a_cell_taken_out_leaves_the_results(workspace: Workspace) -> None:
    def take_out(params: dict) -> None:  # type: ignore[type-arg]
        del params["studies"]["digits"]["regularizers"]["l2"]

    workspace.edit_yaml("params.yaml", take_out)
    assert not trained(workspace.dvc("repro"))
    summary = json.loads((workspace.root / "metrics/studies/digits/summary.json").read_text())
    assert list(summary) == ["none", "l1"]
    for folder in ("models", "evaluations"):
        assert not (workspace.root / "data" / folder / "digits/l2").exists()
    assert ran(workspace.dvc("repro")) == []


def test_a_pipeline_draws_what_its_task_has() -> None:
    tasks = {"heights": TASKS["regression"]}
    drawn = {
        study: yaml.safe_load(text)["plots"]
        for study, text in (
            (path.parent.name, text)
            for path, text in study_pipelines(["heights", "animals"], tasks).items()
        )
    }
    curves = "../../plots/{}/curves.csv"
    assert drawn["animals"][0]["animals test accuracy"]["y"] == {
        curves.format("animals"): "test_accuracy"
    }
    assert drawn["heights"][0]["heights test r2"]["y"] == {curves.format("heights"): "test_r2"}
    assert list(drawn["animals"][-1]) == ["../../plots/animals/confusion"]
    assert drawn["heights"][-1] == {
        "../../plots/heights/predicted": {"template": "scatter", "x": "actual", "y": "predicted"}
    }


def test_every_study_has_the_pipeline_of_the_template() -> None:
    params = load_params(SOURCE / "params.yaml")
    grids = load_rates(params, SOURCE / paths.RATES_PARAMS).studies
    written = study_pipelines(
        params.studies, params.tasks, params.own_files, params.model_files
    ) | rates_pipelines(grids, params.model_files)
    for path, text in written.items():
        assert (SOURCE / path).read_text() == text
    there = {path.parent.name for path in (SOURCE / "studies").glob("*/dvc.yaml")}
    assert there == set(params.studies)

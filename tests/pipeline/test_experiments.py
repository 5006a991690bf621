"""`dvc exp run`, `dvc metrics diff` and `dvc exp show`, as people use them."""

from __future__ import annotations

import json

import pytest

from regscope.base import paths
from tests.pipeline.workspace import CELLS, Workspace, ran, trained


def review(workspace: Workspace) -> dict:  # type: ignore[type-arg]
    return json.loads((workspace.root / "metrics/review.json").read_text())  # type: ignore[no-any-return]


@pytest.mark.slow
def test_another_reg_is_reviewed_without_training(workspace: Workspace) -> None:
    output = workspace.dvc("exp", "run", "-S", "reg=l2")
    assert set(ran(output)) == {"validate", "review"}
    reviewed = review(workspace)
    assert reviewed["reg"] == "l2"
    assert reviewed["study"] == "digits"
    measured = reviewed["test_accuracy"]
    difference = measured["reg"] - measured["baseline"]
    assert measured["difference"] == pytest.approx(difference, abs=1e-5)
    assert measured["interval_low"] <= measured["difference"] <= measured["interval_high"]
    assert measured["verdict"] == "too few seeds"
    assert workspace.run("git", "diff", "--stat", "--", "metrics/studies", "plots") == ""
    shown = workspace.dvc("metrics", "diff", "--md", "HEAD")
    assert "| metrics/review.json | test_accuracy.difference" in " ".join(shown.split())
    assert "l2" in workspace.dvc("exp", "show", "--csv")


@pytest.mark.slow
def test_another_study_and_a_cell_of_ones_own_by_flags(workspace: Workspace) -> None:
    before = workspace.results()
    output = workspace.dvc(
        "exp",
        "run",
        *("-S", "study=moons"),
        *("-S", "+studies.moons.regularizers.l1_strong={l1: 0.5}"),
        *("-S", "reg=l1_strong"),
    )
    assert trained(output) == ["moons/none", "moons/l1", "moons/l1_strong"]
    assert (review(workspace)["study"], review(workspace)["reg"]) == ("moons", "l1_strong")
    after = workspace.results()
    kept = [path for path in before if "studies/digits/" in path or "plots/digits/" in path]
    assert kept
    assert [path for path in kept if after[path] != before[path]] == []
    assert "l1_strong.test_accuracy" in workspace.dvc("metrics", "diff")
    for study in ("digits", "moons"):
        assert "up to date" in workspace.dvc("status", str(paths.pipeline(study)))
    everything = ran(workspace.dvc("repro", "--all-pipelines", "--dry"))
    assert [name for name in everything if "train" in name] == []


REFUSED = [
    (
        "reg=nope",
        "regscope: params.yaml: reg = nope: choose from: l1, l2;"
        " if -S set it, undo with: git restore params.yaml",
    ),
    (
        "reg=none",
        "regscope: params.yaml: reg = none: none is the baseline; choose from: l1, l2;"
        " if -S set it, undo with: git restore params.yaml",
    ),
    (
        "studies.digits.regularizers.l1.l1=-0.1",
        "regscope: params.yaml: studies.digits.regularizers.l1.l1 = -0.1: must be at least 0;"
        " if -S set it, undo with: git restore params.yaml",
    ),
    (
        "studies.digits.training.seeds=0",
        "regscope: params.yaml: studies.digits.training.seeds = 0: must be at least 1;"
        " if -S set it, undo with: git restore params.yaml",
    ),
]


@pytest.mark.slow
def test_a_bad_value_gives_one_line_and_touches_no_result(workspace: Workspace) -> None:
    before = workspace.results()
    for setting, line in REFUSED:
        try:
            output = workspace.dvc("exp", "run", "-S", setting, ok=False)
        finally:
            workspace.run("git", "restore", "params.yaml")
        assert line in output.splitlines()
        assert "Traceback" not in output
        assert workspace.results() == before
    assert ran(workspace.dvc("repro")) == []


def test_a_study_that_is_not_there_is_refused(workspace: Workspace) -> None:
    before = workspace.results()
    try:
        output = workspace.dvc("exp", "run", "-S", "study=nope", ok=False)
    finally:
        workspace.run("git", "restore", "params.yaml")
    assert "study = nope: choose from: digits, moons" in output
    assert workspace.results() == before


def test_a_cell_of_another_study_is_refused_by_name(workspace: Workspace) -> None:
    output = workspace.dvc("exp", "run", "-S", "study=moons", "-S", "reg=l2", ok=False)
    assert (
        "regscope: params.yaml: reg = l2: no cell of study moons, whose cells are: l1;"
        " if -S set it, undo with: git restore params.yaml" in output.splitlines()
    )


@pytest.mark.slow
def test_a_temporary_workspace_makes_the_same_results_anew(workspace: Workspace) -> None:
    """Of the same params: every stage runs, and nothing that git tracks is another."""
    # Else DVC would give the workspace the networks that are there, and none would be trained.
    workspace.run("rm", "-r", ".dvc/cache/files")
    output = workspace.dvc("exp", "run", "--temp", "--force", "--name", "again")
    assert trained(output) == [f"digits/{reg}" for reg in CELLS]
    assert workspace.run("git", "status", "--short") == ""
    experiment = workspace.run("git", "for-each-ref", "--format=%(refname)", "refs/exps/*/*/again")
    assert workspace.run("git", "diff", "--stat", "HEAD", experiment.strip()) == ""

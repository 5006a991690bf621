"""A table of one's own, from `regscope new` to a verdict."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import yaml

from tests.own import tables
from tests.pipeline.workspace import TINY, Workspace


def quick(workspace: Workspace, name: str) -> None:
    """Two seeds, two epochs, two cells."""

    def change(params: dict) -> None:  # type: ignore[type-arg]
        study = params["studies"][name]
        study["training"] |= {"seeds": 2, "epochs": 2}
        study["regularizers"] = {"none": {}, "l2": {"l2": 0.001}}

    workspace.edit_yaml("params.yaml", change)


def test_a_table_becomes_a_study_with_a_verdict(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "clone", TINY)
    table = tables.written(tmp_path / "churn.csv")
    printed = workspace.run("regscope", "new", "churn", "--table", str(table), "--target", "left")
    assert "next: dvc exp run -S study=churn -S reg=l1" in printed
    staged = workspace.run("git", "diff", "--cached", "--name-only").split()
    assert staged == [
        "data/own/.gitignore",
        "data/own/churn.csv.dvc",
        "data/own/churn.csv.json",
        "params.yaml",
        "studies/churn/dvc.yaml",
    ]
    quick(workspace, "churn")
    workspace.commit("churn")
    assert workspace.run("git", "status", "--short") == ""

    workspace.dvc("exp", "run", "-S", "study=churn", "-S", "reg=l2")
    page = (workspace.root / "metrics/pages/churn.md").read_text()
    assert "# churn: left, from churn.csv" in page
    with (workspace.root / "metrics/studies/churn/seeds.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["reg"] for row in rows] == ["none", "none", "l2", "l2"]
    workspace.run("regscope", "export", "churn", "l2", "--out", str(tmp_path / "out"))
    workspace.run("git", "restore", "params.yaml")

    # In a temporary workspace, which has only what git and DVC know of.
    output = workspace.dvc("exp", "run", "--temp", "-S", "study=churn", "-S", "reg=l2")
    assert "Ran experiment" in output

    words = tables.words(seed=5) | {"left": np.roll(tables.words()["left"], 3).tolist()}
    tables.written(workspace.root / "data/own/churn.csv", **words)
    refused = workspace.dvc("exp", "run", "-S", "study=churn", "-S", "reg=l2", ok=False)
    assert (
        "regscope: data/own/churn.csv: not the file that data/own/churn.csv.json describes; bring"
        " it in anew with: regscope new" in refused
    )
    tables.written(table, **words)
    again = workspace.run(
        "regscope", "new", "churn", "--table", str(table), "--target", "left", "--again"
    )
    assert "params.yaml: the study churn stays as it was" in again
    params = yaml.safe_load((workspace.root / "params.yaml").read_text())
    assert params["studies"]["churn"]["training"]["seeds"] == 2
    workspace.dvc("exp", "run", "-S", "study=churn", "-S", "reg=l2")
    with (workspace.root / "metrics/studies/churn/seeds.csv").open() as file:
        assert list(csv.DictReader(file)) != rows


TOLD_ONE_LINE = """
from pathlib import Path
from regscope.own import writing
from regscope.own.tables import TableAsked, look_at_table

looked = look_at_table(Path("churn.csv"), "churn", "left", TableAsked())
print(next(writing.bring("churn", looked, writing.tried(looked), again=False)))
"""


def test_all_is_done_before_anything_is_told(workspace: Workspace) -> None:
    """Whoever hears it may hang up, as `| head` does."""
    tables.written(workspace.root / "churn.csv")
    assert workspace.run("python", "-c", TOLD_ONE_LINE) == "data/own/churn.csv: under DVC\n"
    staged = workspace.run("git", "diff", "--cached", "--name-only").split()
    assert "data/own/churn.csv.json" in staged
    assert "params.yaml" in staged

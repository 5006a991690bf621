"""`dvc plots`: curves and confusion matrices of the workspace and between revisions."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.pipeline.workspace import CELLS, Workspace


def test_plots_show_draws_curves_and_confusion_matrices(built: Workspace) -> None:
    built.dvc("plots", "show", "--out", "dvc_plots_test")
    page = (built.root / "dvc_plots_test/index.html").read_text()
    built.run("rm", "-r", "dvc_plots_test")
    assert "test_accuracy" in page
    assert '"actual"' in page
    assert '"l2"' in page


@pytest.mark.slow
def test_plots_diff_compares_two_revisions(workspace: Workspace) -> None:
    workspace.dvc("exp", "run", "--name", "other", "-S", "studies.digits.training.epochs=3")
    workspace.dvc("plots", "diff", "HEAD", "other", "--out", "dvc_plots_test")
    page = (workspace.root / "dvc_plots_test/index.html").read_text()
    assert '"rev": "other"' in page or '"other"' in page


@pytest.mark.slow
def test_a_null_cell_is_not_drawn_and_the_others_are(workspace: Workspace) -> None:
    table = "plots/moons/test_accuracy.csv"

    def show_moons(pipeline: dict[str, Any]) -> None:
        pipeline["plots"] = [{"moons": {"x": "epoch", "y": {table: list(CELLS)}}}]

    workspace.edit_yaml("params.yaml", lambda params: params.update(study="moons"))
    workspace.edit_yaml("dvc.yaml", show_moons)
    workspace.dvc("repro")
    columns = pd.read_csv(workspace.root / table)
    assert list(columns) == ["epoch", *CELLS]
    assert columns["l2"].isna().all()
    assert columns[["none", "l1"]].notna().all(axis=None)
    output = workspace.dvc("plots", "show", "--out", "dvc_plots_test")
    page = (workspace.root / "dvc_plots_test/index.html").read_text()
    assert "FieldNotFoundError" not in output
    assert "could not find provided field" not in output
    for reg in ("none", "l1"):
        assert f'"{reg}"' in page
    # Vega takes an empty text for 0 and would draw a line there; it leaves out `nan`.
    assert '"dvc_inferred_y_value": ""' not in page

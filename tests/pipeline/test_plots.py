"""`dvc plots`: curves and confusion matrices of the workspace."""

from __future__ import annotations

from tests.pipeline.workspace import Workspace


def test_plots_show_draws_curves_and_confusion_matrices(workspace: Workspace) -> None:
    workspace.dvc("plots", "show", "--out", "dvc_plots_test")
    page = (workspace.root / "dvc_plots_test/index.html").read_text()
    assert "test_accuracy" in page
    assert '"reg": "l2"' in page
    assert '"actual"' in page
    assert '"l2"' in page

"""`dvc plots`: curves and confusion matrices of the workspace."""

from __future__ import annotations

from tests.pipeline.workspace import Workspace


def test_plots_show_draws_curves_and_confusion_matrices(built: Workspace) -> None:
    built.dvc("plots", "show", "--out", "dvc_plots_test")
    page = (built.root / "dvc_plots_test/index.html").read_text()
    built.run("rm", "-r", "dvc_plots_test")
    assert "test_accuracy" in page
    assert '"reg": "l2"' in page
    assert '"actual"' in page
    assert '"l2"' in page

"""`dvc plots`: curves and confusion matrices of the workspace and between revisions."""

from __future__ import annotations

import pytest

from tests.pipeline.workspace import Workspace


def test_plots_show_draws_curves_and_confusion_matrices(built: Workspace) -> None:
    built.dvc("plots", "show", "--out", "dvc_plots_test")
    page = (built.root / "dvc_plots_test/index.html").read_text()
    built.run("rm", "-r", "dvc_plots_test")
    assert "test_accuracy" in page
    assert '"reg": "l2"' in page
    assert '"actual"' in page
    assert '"l2"' in page


@pytest.mark.slow
def test_plots_diff_compares_two_revisions(workspace: Workspace) -> None:
    workspace.dvc("exp", "run", "--name", "other", "-S", "studies.digits.training.epochs=3")
    workspace.dvc("plots", "diff", "HEAD", "other", "--out", "dvc_plots_test")
    page = (workspace.root / "dvc_plots_test/index.html").read_text()
    assert '"rev": "other"' in page or '"other"' in page

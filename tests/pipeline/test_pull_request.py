"""What a change of one strength changes in the repository itself, as a pull request shows it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.pipeline import tracked
from tests.pipeline.workspace import SOURCE, Workspace

MOST_LINES = 40
"""Outside tables and what is folded."""

FOLDED = ":(exclude,attr:linguist-generated)"


@pytest.fixture
def repository(tmp_path: Path) -> Workspace:
    """A copy of what git tracks here, with the study digits as this code has it."""
    workspace = Workspace(tmp_path / "repository")
    for name in tracked():
        (workspace.root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SOURCE / name, workspace.root / name)
    if (cache := SOURCE / ".dvc/cache").is_dir():
        # What is trained already is not trained again.
        shutil.copytree(cache, workspace.root / ".dvc/cache")
    workspace.run("git", "init", "--quiet", "--initial-branch=main")
    workspace.run("dvc", "repro", "--quiet", seconds=900)
    workspace.commit("as it is")
    return workspace


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_another_strength_changes_few_lines_that_are_read(repository: Workspace) -> None:
    strength = "studies.digits.regularizers.l2.l2=0.002"
    repository.run("dvc", "exp", "run", "--quiet", "-S", strength, "-S", "reg=l2", seconds=900)
    shown = repository.run("git", "diff", "--numstat", "HEAD", "--", ".", FOLDED, ":!*.csv")
    changed = [line.split("\t") for line in shown.splitlines()]
    lines = {
        name: max(int(added), int(removed)) for added, removed, name in changed if added.isdigit()
    }
    assert lines["params.yaml"] == 2
    assert lines["metrics/studies/digits/summary.json"] > 0
    assert lines["metrics/pages/digits.md"] > 0
    assert sum(lines.values()) <= MOST_LINES, lines

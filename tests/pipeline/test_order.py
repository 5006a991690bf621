"""The README's commands, in their order, on the committed state in a new folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.committed import ROOT
from tests.processors import LACKING

READING = [
    "tests/test_readme.py",
    "tests/test_params_file.py",
    "tests/claims/test_claims_file.py",
    "tests/claims/test_committed_claims.py",
    "tests/report/test_cards.py",
]
STRENGTH = "studies.digits.regularizers.l2.l2=0.002"

MOST_LINES = 40
"""That a change of one strength may change, outside tables and what is folded."""

FOLDED = ":(exclude,attr:linguist-generated)"


class Clone:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        dropped = ("REGSCOPE_", "DVC_", "PYTEST_", "MKL_", "MLFLOW_", "MAKE")
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(dropped)
        }
        binaries = Path(sys.executable).parent
        self.environment["PATH"] = f"{binaries}{os.pathsep}{os.environ['PATH']}"

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def changed(self) -> list[str]:
        return [line[3:] for line in self.run("git", "status", "--porcelain").splitlines()]

    def wrongly_changed(self) -> list[str]:
        """Nothing; where arithmetic is not portable, nothing but results."""
        results = ("metrics/", "plots/", "dvc.lock", "studies/") if LACKING else ()
        return [path for path in self.changed() if not path.startswith(results)]

    def read_lines(self) -> dict[str, int]:
        """How many lines a pull request shows as changed, by file: of those that are read."""
        shown = self.run("git", "diff", "--numstat", "HEAD", "--", ".", FOLDED, ":!*.csv")
        changed = [line.split("\t") for line in shown.splitlines()]
        return {
            name: max(int(added), int(removed))
            for added, removed, name in changed
            if added.isdigit()
        }

    def commit_results(self) -> None:
        """Where arithmetic is not portable: those of this machine."""
        if self.changed():
            author = ("-c", "user.name=test", "-c", "user.email=test@example.com")
            self.run("git", *author, "commit", "--quiet", "--all", "--message", "as it is here")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    folder = tmp_path_factory.mktemp("order") / "regscope"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    # The environment that these tests run in, which installing would come to.
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / ".git" / "info" / "exclude").write_text("/.venv\n")
    for made in (".ready", ".ready-dev"):
        # Newer than the clone's requirements, which are the environment's own.
        (Path(sys.prefix) / made).touch()
    return Clone(folder)


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_readmes_commands_leave_the_committed_state(clone: Clone) -> None:
    """And another strength changes few lines that are read, as a pull request shows them."""
    clone.run("make")
    assert clone.wrongly_changed() == []
    clone.commit_results()
    # The tests that read committed files have more to mistake for them after an experiment.
    clone.run("dvc", "exp", "run", "-S", "reg=l2", "-S", STRENGTH)
    assert any(path.startswith("metrics/studies/digits") for path in clone.changed())
    lines = clone.read_lines()
    assert lines["params.yaml"] == 2
    assert lines["metrics/studies/digits/summary.json"] > 0
    assert lines["metrics/pages/digits.md"] > 0
    assert sum(lines.values()) <= MOST_LINES, lines
    clone.run("python", "-m", "pytest", *READING)
    clone.run("git", "restore", "--staged", "--worktree", ".")
    clone.run("dvc", "repro")
    assert clone.wrongly_changed() == []

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests.pipeline.workspace import TINY, Workspace


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Workspace:
    """A workspace after its first `dvc repro`, committed, for tests that only look at it.

    Several test processes build it once between them, and each has a copy. What changes it, be it
    by a command that is refused (DVC takes a stage's outputs away first), takes `workspace`.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "built"
    printed = shared / "printed.txt"
    with FileLock(f"{shared}.lock"):
        if not printed.is_file():
            made = Workspace.create(shared / "repository", TINY)
            output = made.dvc("repro")
            made.commit("results")
            printed.write_text(output)
    workspace = copied(Workspace(shared / "repository"), tmp_path_factory.mktemp("built"))
    workspace.first_output = printed.read_text()
    return workspace


@pytest.fixture
def workspace(built: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the built workspace, with DVC's cache, to change at will."""
    return copied(built, tmp_path)


def copied(workspace: Workspace, folder: Path) -> Workspace:
    root = folder / "repository"
    shutil.copytree(workspace.root, root, symlinks=True)
    return Workspace(root)

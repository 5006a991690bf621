from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.pipeline.workspace import TINY, Workspace


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace after its first `dvc repro`, committed; tests copy it."""
    workspace = Workspace.create(tmp_path_factory.mktemp("built"), TINY)
    workspace.first_output = workspace.dvc("repro")
    workspace.commit("results")
    return workspace


@pytest.fixture
def workspace(built: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the built workspace, with DVC's cache, to change at will."""
    root = tmp_path / "repository"
    shutil.copytree(built.root, root, symlinks=True)
    return Workspace(root)

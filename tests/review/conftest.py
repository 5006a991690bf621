from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.review import repository


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose branch `main` has results, one commit; tests copy it."""
    root = tmp_path_factory.mktemp("start")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        for name, value in repository.IDENTITY.items():
            patch.setenv(name, value)
        repository.git("init", "--quiet", "--initial-branch=main", "--template=")
        repository.write()
        repository.write_claims(helps="reproduced")
        repository.commit()
    return root


@pytest.fixture
def committed(start: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `start`, the working directory."""
    for name, value in repository.IDENTITY.items():
        monkeypatch.setenv(name, value)
    for name in ("GITHUB_REPOSITORY", "GITHUB_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(start, workspace, dirs_exist_ok=True)
    return workspace


@pytest.fixture
def review(committed: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """The comment, by the command's arguments."""

    def printed(*arguments: str) -> str:
        return repository.review(capsys, *arguments)

    return printed

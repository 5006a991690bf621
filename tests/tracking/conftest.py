from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from regscope.tracking import store

store.prepare_environment()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # mlflow and what it imports warn of what they deprecate themselves.
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("default"), append=False)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small study's results, in a repository of their own."""
    from tests.tracking import small

    folder = tmp_path_factory.mktemp("small")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        small.build()
    return folder


@pytest.fixture(scope="session")
def logged(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`built`, once tracked in its default store."""
    from regscope.tracking.track import track
    from tests.tracking import small

    folder = tmp_path_factory.mktemp("logged") / "repository"
    shutil.copytree(built, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("DVC_ROOT", str(folder))
        patch.delenv(store.URI, raising=False)
        track(small.NAME)
    return folder


def _copied(source: Path, target: Path, patch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(source, target)
    patch.chdir(target)
    for name in [name for name in os.environ if name.startswith(("REGSCOPE_", "DVC_"))]:
        patch.delenv(name)
    patch.delenv(store.URI, raising=False)
    patch.setenv("DVC_ROOT", str(target))
    return target


@pytest.fixture
def untracked(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `built` to work in."""
    return _copied(built, tmp_path / "repository", monkeypatch)


@pytest.fixture
def tracked(logged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `logged` to work in, whose ledger knows its own store."""
    copy = _copied(logged, tmp_path / "repository", monkeypatch)
    ledger = store.ledger_file()
    ledger.write_text(ledger.read_text().replace(str(logged), str(copy)))
    return copy

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from regscope.tracking import ledger, models, store
from regscope.tracking.runs import Runs
from regscope.tracking.track import track

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
    """`built`, once tracked in its default store, in a folder whose name needs quoting."""
    from tests.tracking import small

    folder = tmp_path_factory.mktemp("logged") / "what? 50%25 off% #1"
    with pytest.MonkeyPatch.context() as patch:
        _enter(built, folder, patch)
        track(small.NAME)
    return folder


def _enter(source: Path, target: Path, patch: pytest.MonkeyPatch) -> None:
    shutil.copytree(source, target)
    patch.chdir(target)
    for name in [name for name in os.environ if name.startswith(("REGSCOPE_", "DVC_"))]:
        patch.delenv(name)
    patch.delenv(store.URI, raising=False)
    patch.setenv("DVC_ROOT", str(target))


@pytest.fixture
def untracked(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `built` to work in."""
    _enter(built, tmp_path / "repository", monkeypatch)
    return tmp_path / "repository"


@pytest.fixture
def tracked(logged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `logged` to work in, whose ledger knows its own store."""
    _enter(logged, tmp_path / "repository", monkeypatch)
    uri = store.tracking_uri()
    (entries,) = json.loads(ledger.ledger_file().read_text()).values()
    ledger.ledger_file().unlink()
    for name, entry in entries.items():
        ledger.write(uri, name, entry["id"], ledger.state(uri), entry["cells"])
    return tmp_path / "repository"


@pytest.fixture
def light_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models without a network, whose export takes a second each."""

    def log(network: object, data: object, runs: Runs, run: str, params: object) -> None:
        runs.client.create_logged_model(runs.experiment, models.NAME, run)

    monkeypatch.setattr(models, "log", log)

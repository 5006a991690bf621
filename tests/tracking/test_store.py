from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest

from regscope.base.errors import RegscopeError
from regscope.tracking import ledger, store
from tests.command.called import called

NAME = "regscope/toy"


def test_the_default_store_lies_in_the_real_repository(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(store.URI, raising=False)
    elsewhere = workspace / ".dvc" / "tmp" / "exps"
    elsewhere.mkdir(parents=True)
    monkeypatch.chdir(elsewhere)
    uri = store.tracking_uri()
    assert uri == f"sqlite:///{workspace}/.regscope/mlflow/mlflow.db"
    assert store.artifacts(uri, NAME) == f"file://{workspace}/.regscope/mlflow/artifacts/toy"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://host:5000/", "http://host:5000"),
        ("sqlite:///runs.db", "sqlite:///{root}/runs.db"),
        ("sqlite:////runs.db?timeout=5", "sqlite:////runs.db?timeout=5"),
        ("mlruns", "{root}/mlruns"),
        ("databricks", "databricks"),
    ],
)
def test_another_store(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, given: str, used: str
) -> None:
    monkeypatch.setenv(store.URI, given)
    uri = store.tracking_uri()
    assert uri == used.format(root=workspace)
    assert store.artifacts(uri, NAME) is None


def test_addresses_without_credentials_are_shown_as_they_are() -> None:
    for uri in ("sqlite:////a@b.db", "file:///a@b", "/a@b", "databricks", "http://host/x"):
        assert store.shown(uri) == uri


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://me:secret@host:5000/x", "http://host:5000/x"),
        ("http://me:secret#tail@host", "http://host"),
        ("http://me:tail@secret@host", "http://host"),
        ("postgresql://me:secret/tail@host/db", "postgresql://host/db"),
        ("mysql+pymysql://me:secret?tail@h/db", "mysql+pymysql://h/db"),
        ("postgresql://host/db?user=me&password=secret", "postgresql://host/db"),
    ],
)
def test_credentials_are_not_shown(uri: str, shown: str) -> None:
    assert store.shown(uri) == shown
    long = ValueError("x" * 280 + f"\n{uri}")
    assert store.reason(long, uri) == f"{'x' * 280} {shown}"[:300]
    # What parsers take for a port.
    assert store.reason(ValueError("no number: 'secret'"), uri) == "no number: '***'"


def test_the_reason_of_an_error_without_words() -> None:
    assert store.reason(TimeoutError(), "http://host") == "TimeoutError"


def database(file: Path) -> None:
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute("CREATE TABLE runs (run)")
        opened.execute("INSERT INTO runs VALUES ('a')")


FOLDERS = ("what?", "a#b", "50%25 off%", "a b&c=d", "über 猫", "semi;colon", "quo'te")


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_default_store_lies_in_folders_of_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    from sqlalchemy.engine import make_url

    root = tmp_path / folder
    root.mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setenv("DVC_ROOT", str(root))
    for given, file in (
        ("", root / ".regscope" / "mlflow" / "mlflow.db"),
        ("sqlite:///runs.db?timeout=5", root / "runs.db"),
    ):
        monkeypatch.setenv(store.URI, given)
        uri = store.tracking_uri()
        assert make_url(uri).database == str(file)
        assert store.database(uri) == file
        assert store.is_default(uri) == (not given)
        assert store.shown(uri) == uri
    monkeypatch.setenv(store.URI, "mlruns")
    plain = store.tracking_uri()
    assert Path(url2pathname(urlparse(plain).path)) == root / "mlruns"


@pytest.mark.parametrize("kind", ["text", "pages", "folder"])
def test_a_damaged_store_is_named_with_the_way_out(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.delenv(store.URI, raising=False)
    file = store.folder() / "mlflow.db"
    file.parent.mkdir(parents=True)
    assert store.damage(store.tracking_uri()) is None
    if kind == "folder":
        file.mkdir()
    else:
        database(file)
        assert store.damage(store.tracking_uri()) is None
        content = file.read_bytes()
        file.write_bytes(b"no database" * 99 if kind == "text" else content[:4096] + b"\xff" * 8192)
    told = store.damage(store.tracking_uri())
    assert told is not None
    assert told.startswith(f"{file}: ")
    assert told.endswith(f"begin anew with: mv {file.parent} {file.parent}.damaged")
    assert "\n" not in told
    with pytest.raises(RegscopeError, match=r"mlflow\.db: .*; begin anew with: mv "):
        called("ui")


def test_of_another_store_the_file_alone_is_moved(tmp_path: Path) -> None:
    file = tmp_path / "my runs.db"
    file.write_text("not a database, and longer than its header is")
    told = store.damage(f"sqlite:///{file}")
    assert told is not None
    assert told.endswith(f"mv '{file}' '{file}.damaged'")


@pytest.mark.parametrize("port", ["x", "0", "65536"])
def test_a_port_that_is_none(workspace: Path, port: str) -> None:
    with pytest.raises(RegscopeError, match="from 1 to 65535"):
        called("ui", port)


def test_the_page_needs_a_store(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(store.URI, raising=False)
    with pytest.raises(RegscopeError, match=r"mlflow.db: not there yet; `make` logs a study"):
        called("ui")
    monkeypatch.setenv(store.URI, "https://me:secret@host")
    called("ui")
    assert capsys.readouterr().out.endswith("whose page is https://host\n")


def test_of_a_server_the_page_shows_what_was_logged_from_here(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(store.URI, "https://me:secret@host")
    ledger.write("https://me:secret@host", NAME, "7", [], {"a": "run-a"})
    called("ui")
    _, line = capsys.readouterr().out.splitlines()
    assert line == "  toy: https://host/#/experiments/7/runs?viewStateShareKey=regscope"

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest

from regscope.base.errors import RegscopeError
from regscope.tracking import damage, ledger, standing, store
from regscope.tracking.standing import UNKNOWN, UnreachableError
from tests.command.called import called

NAME = "regscope/toy"
CLOSED = "http://127.0.0.1:9"


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


def database(file: Path, created: int) -> str:
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute(
            "CREATE TABLE experiments (experiment_id, name, creation_time, lifecycle_stage)"
        )
        opened.execute("INSERT INTO experiments VALUES (7, ?, ?, 'active')", (NAME, created))
        opened.execute("INSERT INTO experiments VALUES (8, 'gone', 1, 'deleted')")
        opened.execute("CREATE TABLE runs (run_uuid, lifecycle_stage)")
        opened.execute("INSERT INTO runs VALUES ('a', 'active'), ('b', 'deleted')")
    return f"sqlite:///{file}"


def test_an_experiment_in_a_database(tmp_path: Path) -> None:
    uri = database(tmp_path / "a file.db", 5)
    assert standing.experiment(uri, NAME) == ("7", 5)
    assert standing.experiment(uri, "another") is None
    assert standing.experiment(uri, "gone") is None
    assert standing.deleted(uri, ["a", "b", "c"]) == {"b", "c"}
    assert standing.deleted(uri, []) == set()
    assert standing.experiment(f"sqlite:///{tmp_path}/none.db", NAME) is None
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "text.db").write_text("not a database, and longer than its header is")
    assert standing.experiment(f"sqlite:///{tmp_path}/text.db", NAME) is None


@contextmanager
def server(code: int, answer: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as opened:
        thread = threading.Thread(target=opened.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{opened.server_port}"
        opened.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("code", "answer", "found"),
    [
        (200, b'{"experiment": {"experiment_id": "3", "creation_time": 9}}', ("3", 9)),
        (404, b'{"error_code": "RESOURCE_DOES_NOT_EXIST"}', None),
        (200, b'{"experiment": {"experiment_id": "3", "lifecycle_stage": "deleted"}}', None),
        (404, b"another page", UNKNOWN),
        (401, b"who are you?", UNKNOWN),
        (200, b"<html>", UNKNOWN),
    ],
)
def test_an_experiment_on_a_server(code: int, answer: bytes, found: object) -> None:
    with server(code, answer) as uri:
        assert standing.experiment(uri, NAME) == found


@pytest.mark.parametrize(
    ("code", "answer", "deleted"),
    [
        (200, b'{"run": {"info": {"lifecycle_stage": "active"}}}', False),
        (200, b'{"run": {"info": {"lifecycle_stage": "deleted"}}}', True),
        (404, b'{"error_code": "RESOURCE_DOES_NOT_EXIST"}', True),
        (401, b"who are you?", False),
        (200, b"<html>", False),
    ],
)
def test_a_deleted_run_on_a_server(code: int, answer: bytes, deleted: bool) -> None:
    with server(code, answer) as uri:
        assert standing.deleted(uri, ["a"]) == ({"a"} if deleted else set())


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


def test_mlflow_makes_the_store_there_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow import MlflowClient

    root = tmp_path / "what? 50%25 off% #1"
    root.mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setenv("DVC_ROOT", str(root))
    monkeypatch.delenv(store.URI, raising=False)
    uri = store.tracking_uri()
    store.make_folders(uri)
    client = MlflowClient(uri)
    made = client.create_experiment(NAME, artifact_location=store.artifacts(uri, NAME))
    run = client.create_run(made).info.run_id
    client.log_text(run, "text", "a.txt")
    assert list(tmp_path.iterdir()) == [root]
    found = standing.experiment(uri, NAME)
    assert found is not None
    assert found[0] == made
    assert standing.deleted(uri, [run, "other"]) == {"other"}
    assert len(list((store.folder() / "artifacts" / "toy").rglob("a.txt"))) == 1


@pytest.mark.parametrize("kind", ["text", "pages", "folder"])
def test_a_damaged_store_is_named_with_the_way_out(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.delenv(store.URI, raising=False)
    file = store.folder() / "mlflow.db"
    file.parent.mkdir(parents=True)
    assert damage.advice(store.tracking_uri()) is None
    if kind == "folder":
        file.mkdir()
    else:
        database(file, 5)
        assert damage.advice(store.tracking_uri()) is None
        content = file.read_bytes()
        file.write_bytes(b"no database" * 99 if kind == "text" else content[:4096] + b"\xff" * 8192)
    told = damage.advice(store.tracking_uri())
    assert told is not None
    assert told.startswith(f"{file}: ")
    assert told.endswith(f"begin anew with: mv {file.parent} {file.parent}.damaged")
    assert "\n" not in told
    with pytest.raises(RegscopeError, match=r"mlflow\.db: .*; begin anew with: mv "):
        called("ui")


def test_of_another_store_the_file_alone_is_moved(tmp_path: Path) -> None:
    file = tmp_path / "my runs.db"
    file.write_text("not a database, and longer than its header is")
    told = damage.advice(f"sqlite:///{file}")
    assert told is not None
    assert told.endswith(f"mv '{file}' '{file}.damaged'")


def test_no_server() -> None:
    with pytest.raises(UnreachableError, match="refused"):
        standing.experiment(CLOSED, NAME)


def test_the_ledger_is_believed_for_the_same_experiment_only(workspace: Path) -> None:
    uri = "http://me:secret@host"
    assert ledger.lacking(uri, NAME, ("1", 5), ["a", "b"]) == ["a", "b"]
    ledger.add(uri, NAME, ("1", 5), "a", "run-a")
    ledger.add(uri, "regscope/other", ("2", 5), "b", "run-b")
    assert ledger.lacking(uri, NAME, ("1", 5), ["a", "b"]) == ["b"]
    assert ledger.lacking(uri, NAME, UNKNOWN, ["a", "b"]) == ["b"]
    for other in (("2", 5), ("1", 6), None):
        assert ledger.lacking(uri, NAME, other, ["a"]) == ["a"]
    assert ledger.lacking("http://other", NAME, ("1", 5), ["a"]) == ["a"]
    assert "secret" not in store.ledger_file().read_text()
    ledger.add(uri, NAME, ("1", 6), "b", "run-b")
    assert ledger.lacking(uri, NAME, ("1", 6), ["a", "b"]) == ["a"]


@pytest.mark.parametrize("content", ["", "[]", '{"http://host": []}', "{"])
def test_a_broken_ledger_is_empty(workspace: Path, content: str) -> None:
    store.ledger_file().parent.mkdir()
    store.ledger_file().write_text(content)
    assert ledger.lacking("http://host", NAME, UNKNOWN, ["a"]) == ["a"]
    ledger.add("http://host", NAME, ("1", 5), "a", "run")
    assert ledger.lacking("http://host", NAME, ("1", 5), ["a"]) == []


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

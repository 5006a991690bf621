"""What the ledger is believed for: of files, of servers, and of stores that it cannot ask."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from regscope.tracking import ledger
from regscope.tracking.ledger import UnreachableError

NAME = "regscope/toy"
CELLS = {"a": "run-a", "b": "run-b"}


@pytest.fixture
def database(workspace: Path) -> Path:
    """A file that was seen to hold CELLS."""
    file = workspace / "runs.db"
    file.write_bytes(b"content")
    uri = f"sqlite:///{file}"
    ledger.write(uri, NAME, "1", ledger.state(uri), CELLS)
    return file


def holds(file: Path, *digests: str, name: str = NAME) -> bool:
    return ledger.holds(f"sqlite:///{file}", name, digests)


def test_cells_that_were_seen_in_a_file(database: Path) -> None:
    assert holds(database, "a", "b")
    assert holds(database, "b")
    assert not holds(database, "a", "c")
    assert not holds(database, "a", name="regscope/other")
    assert not holds(database.with_name("other.db"), "a")


def touch(file: Path) -> None:
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 1))


def replace(file: Path) -> None:
    """By a file of the same content and time."""
    about = file.stat()
    other = file.with_name("other.db")
    other.write_bytes(file.read_bytes())
    os.utime(other, ns=(about.st_atime_ns, about.st_mtime_ns))
    other.replace(file)


def append(file: Path) -> None:
    about = file.stat()
    file.write_bytes(file.read_bytes() + b"more")
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))


@pytest.mark.parametrize(
    "change",
    [
        touch,
        replace,
        append,
        Path.unlink,
        lambda file: file.with_name("runs.db-wal").write_bytes(b"written"),
    ],
)
def test_a_file_that_was_written_to_or_replaced_is_asked(
    database: Path, change: Callable[[Path], object]
) -> None:
    change(database)
    assert not holds(database, "a", "b")


def test_a_log_that_readers_leave_empty_changes_nothing(database: Path) -> None:
    database.with_name("runs.db-wal").touch()
    assert holds(database, "a")


def test_every_study_has_its_own_entry(database: Path) -> None:
    """What was seen of one says nothing of another, whose runs may have gone meanwhile."""
    touch(database)
    uri = f"sqlite:///{database}"
    ledger.write(uri, "regscope/other", "2", ledger.state(uri), {"c": "run-c"})
    assert holds(database, "c", name="regscope/other")
    assert not holds(database, "a")
    assert ledger.experiments(uri) == {NAME: "1", "regscope/other": "2"}


def test_stores_that_cannot_be_asked_are_believed(workspace: Path) -> None:
    uri = "postgresql://me:secret@host/runs"
    assert not ledger.holds(uri, NAME, CELLS)
    ledger.write(uri, NAME, "1", ledger.state(uri), CELLS)
    assert ledger.holds(uri, NAME, CELLS)
    assert "secret" not in ledger.ledger_file().read_text()


@pytest.mark.parametrize(
    "content", ["", "[]", '{"file:///x": []}', "{", '{"file:///x": {"regscope/toy": {"cells": 1}}}']
)
def test_a_broken_ledger_is_empty(workspace: Path, content: str) -> None:
    ledger.ledger_file().parent.mkdir()
    ledger.ledger_file().write_text(content)
    assert not ledger.holds("file:///x", NAME, CELLS)
    ledger.write("file:///x", NAME, "1", [], CELLS)
    assert ledger.holds("file:///x", NAME, CELLS)


@contextmanager
def server(code: int, answer: bytes) -> Iterator[tuple[str, list[Any]]]:
    """Its address, and what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(code)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as opened:
        thread = threading.Thread(target=opened.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{opened.server_port}", asked
        opened.shutdown()
        thread.join()


BOTH = b'{"runs": [{"info": {"run_id": "run-a"}}, {"info": {"run_id": "run-b"}}]}'


@pytest.mark.parametrize(
    ("code", "answer", "held"),
    [
        (200, BOTH, True),
        (200, b'{"runs": [{"info": {"run_id": "run-a"}}]}', False),
        # Nothing is left of a store that was replaced, nor of an experiment that was deleted.
        (200, b"{}", False),
        # A login, or a page of something else: the ledger is believed.
        (401, b"who are you?", True),
        (404, b"another page", True),
        (200, b"<html>", True),
        (200, b"[]", True),
    ],
)
def test_a_server_is_asked_for_the_runs(
    workspace: Path, code: int, answer: bytes, held: bool
) -> None:
    with server(code, answer) as (uri, asked):
        assert not ledger.holds(uri, NAME, CELLS)
        ledger.write(uri, NAME, "7", [], CELLS)
        assert ledger.holds(uri, NAME, CELLS) == held
        assert not ledger.holds(uri, NAME, ["c"])
    assert asked[1] == {
        "experiment_ids": ["7"],
        "filter": "attributes.run_id IN ('run-a', 'run-b')",
        "run_view_type": "ACTIVE_ONLY",
        "max_results": 2,
    }


def test_a_server_that_does_not_answer_matters_only_where_it_lacks_something(
    workspace: Path,
) -> None:
    uri = "http://127.0.0.1:9"
    ledger.write(uri, NAME, "7", [], CELLS)
    assert ledger.holds(uri, NAME, CELLS)
    with pytest.raises(UnreachableError, match="refused"):
        ledger.holds(uri, NAME, ["c"])

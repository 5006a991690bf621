"""Where tracking cannot do its work, it says so in one line and fails nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mlflow import MlflowClient

from regscope import results
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json
from regscope.tracking import ledger, store
from regscope.tracking.cells import cells_of
from regscope.tracking.track import track
from tests.alone import ROOT
from tests.tracking import small
from tests.tracking.serving import free_port, serving, stop
from tests.tracking.small import CELLS, EPOCHS, NAME, SEEDS, Held


def started(repository: Path, uri: str | None = None) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DVC_ROOT": str(repository)}
    environment |= {store.URI: uri} if uri else {}
    return subprocess.Popen(
        [sys.executable, "-m", "stages.track", NAME],
        cwd=repository,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, list[str]]:
    """Exit code, what was printed, and the lines of complaint."""
    output, errors = process.communicate(timeout=240)
    return process.returncode, output, errors.splitlines()


def test_no_server_is_one_line_at_once(
    untracked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(store.URI, f"http://me:secret@127.0.0.1:{free_port()}")
    began = time.monotonic()
    track(NAME)
    assert time.monotonic() - began < 5
    output, (line,) = (found := capsys.readouterr()).out, found.err.splitlines()
    assert (output, small.noted()) == ("", None)
    assert line.startswith("regscope: small: not tracked at http://127.0.0.1:")
    assert "the next run catches up" in line
    assert "refused" in line
    assert "secret" not in line


def test_no_server_is_no_matter_when_all_is_logged(
    untracked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    uri = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv(store.URI, uri)
    cells = {cell.digest: "run" for cell in cells_of(NAME)[0]}
    ledger.write(uri, small.EXPERIMENT, "1", [], cells)
    track(NAME)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["text", "folder"])
def test_a_database_that_is_none_is_one_line(
    untracked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    file = untracked / "runs.db"
    if kind == "folder":
        file.mkdir()
    else:
        file.write_text("not a database, and longer than its header is" * 20)
    monkeypatch.setenv(store.URI, "sqlite:///runs.db")
    track(NAME)
    (line,) = capsys.readouterr().err.splitlines()
    wrong = {"text": "file is not a database", "folder": "not a file"}[kind]
    assert line == (
        f"regscope: small: not tracked: {file}: {wrong}; begin anew with: mv {file} {file}.damaged"
    )
    assert small.noted() is None


def test_a_driver_that_is_missing_is_one_line(
    untracked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    monkeypatch.setenv(store.URI, "postgresql+psycopg2://me:secret@host/runs")
    track(NAME)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(
        "regscope: small: not tracked at postgresql+psycopg2://host/runs, the next"
    )
    assert "psycopg2" in line


@pytest.mark.slow
@pytest.mark.usefixtures("light_models")
def test_a_store_that_raises_what_it_likes_is_one_line(
    tracked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As clients of artifact stores do, which know no MlflowException."""
    from mlflow import MlflowClient

    class NoCredentialsError(Exception): ...

    def refuse(*_: object) -> None:
        raise NoCredentialsError("Unable to locate credentials")

    monkeypatch.setattr(MlflowClient, "log_artifacts", refuse)
    small.change_strength(0.02)
    track(NAME)
    assert capsys.readouterr().err.endswith(": Unable to locate credentials\n")


def test_settings_that_are_none_any_more_are_one_line(untracked: Path) -> None:
    file = paths.summary(NAME) / "settings.json"
    write_json(file, json.loads(file.read_text()) | {"title": None})
    with pytest.raises(
        RegscopeError,
        match=r"small/settings.json: title: must be text; put a number in quotes; rebuild ",
    ):
        results.trained(NAME)


def test_a_cell_that_is_not_here_is_named(
    tracked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (paths.model(NAME, "l1") / "history.csv").unlink()
    track(NAME)
    assert capsys.readouterr() == ("", "regscope: small: not here and not tracked: l1\n")


@pytest.mark.slow
def test_two_at_once_on_a_fresh_store(untracked: Path) -> None:
    both = [started(untracked), started(untracked)]
    for process in both:
        code, _, complaints = ended(process)
        assert (code, complaints) == (0, [])
    assert list(Held().counts().values()) == [SEEDS] * len(CELLS)


@pytest.mark.slow
def test_a_server_killed_half_way(untracked: Path, tmp_path: Path) -> None:
    """Killed when a child is there, then started again: nothing is lost and nothing twice."""
    folder, port = tmp_path / "server", free_port()
    folder.mkdir()
    uri = f"http://127.0.0.1:{port}"
    with serving(folder, port) as server:
        process = started(untracked, uri)
        client = MlflowClient(uri)
        while not client.get_experiment_by_name(small.EXPERIMENT) or len(Held(uri).runs()) < 2:
            assert process.poll() is None, "it ended before the server was killed"
            time.sleep(0.05)
        stop(server)
        code, _, complaints = ended(process)
        assert code == 0
        assert "not tracked at" in complaints[-1]
    with serving(folder, port):
        for lines in (1, 0):
            with_password = f"http://me:secret@127.0.0.1:{port}"
            code, output, complaints = ended(started(untracked, with_password))
            assert (code, complaints, output.count("\n")) == (0, [], lines)
            assert ("cells logged at http://127.0.0.1:" in output) == bool(lines)
            assert "secret" not in output
        held = Held(uri)
        assert list(held.counts().values()) == [SEEDS] * len(CELLS)
        for parent in held.parents():
            assert parent.info.status == "FINISHED"
            assert len(held.client.list_artifacts(parent.info.run_id)) == 2
            for child in held.children(parent):
                steps = [step for step, _ in held.curve(child, "epoch/train_loss")]
                assert steps == list(range(1, EPOCHS + 1))
        assert len(held.models()) == len(CELLS)

        held.client.delete_run(held.parents()[0].info.run_id)
        for cells in ("1 of 2 cells logged", ""):
            code, output, complaints = ended(started(untracked, uri))
            assert (code, complaints) == (0, [])
            assert output.startswith(f"small: {cells}" if cells else "")
            assert bool(output) == bool(cells)
        held.client.delete_experiment(held.experiment)
        code, output, (complaint,) = ended(started(untracked, uri))
        assert (code, output) == (0, "")
        assert "restored, with its runs" in complaint
        assert len(Held(uri).parents()) == len(CELLS) + 1

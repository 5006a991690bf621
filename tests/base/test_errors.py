"""How a command ends."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from regscope.base.errors import REFUSALS, RegscopeError, run


def ends(capsys: pytest.CaptureFixture[str], error: BaseException) -> tuple[object, str]:
    def main() -> None:
        raise error

    with pytest.raises(SystemExit) as ended:
        run(main)
    code = ended.value.code
    # sys.exit prints a text to standard error and ends with 1.
    return (1, code) if isinstance(code, str) else (code, capsys.readouterr().err.strip())


def test_a_command_that_succeeds_ends_normally() -> None:
    done: list[int] = []
    run(lambda: done.append(1))
    assert done == [1]


def test_known_errors_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert ends(capsys, RegscopeError("x = 1: must be 2")) == (1, "regscope: x = 1: must be 2")


def test_an_interrupt_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    expected = "regscope: interrupted; run the same command again to go on"
    assert ends(capsys, KeyboardInterrupt()) == (130, expected)


def test_a_missing_file_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    error = FileNotFoundError(errno.ENOENT, "No such file", "data/prepared/x")
    told = "regscope: data/prepared/x: no such file;"
    elsewhere = "run this in the repository's folder, where params.yaml lies"
    assert ends(capsys, error) == (1, f"{told} {elsewhere}")
    Path("params.yaml").touch()
    assert ends(capsys, error) == (1, f"{told} `dvc repro` makes what is missing")


@pytest.mark.parametrize("number", REFUSALS)
def test_what_the_disk_refuses_is_one_line(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    error = OSError(number, os.strerror(number), "metrics/x.json")
    expected = f"regscope: metrics/x.json: {os.strerror(number)}"
    assert ends(capsys, error) == (1, expected)


@pytest.mark.parametrize("error", [ValueError("a bug"), OSError(errno.EIO, "odd")])
def test_bugs_keep_their_traceback(error: Exception) -> None:
    def main() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        run(main)
    assert raised.value is error


ROOT = Path(__file__).parents[2]

WRITER = """
import os, sys, time
from pathlib import Path
from regscope.base.errors import run
from regscope.base.files import write_text
from regscope.base.folders import whole_folder

def main():
    with whole_folder(Path("data") / "half") as folder:
        write_text(folder / "one.txt", "half")
        print("under way", flush=True)
        time.sleep(60)

run(main)
"""


def started(script: str, folder: Path, stdout: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=folder,
        text=True,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_it_leaves_nothing_half_written(
    number: signal.Signals, tmp_path: Path
) -> None:
    process = started(WRITER, tmp_path, subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == "under way\n"
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert said == f"regscope: ended by {number.name}; run the same command again to go on\n"
    assert process.returncode == 128 + number
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert list((tmp_path / "data" / ".partial").iterdir()) == []


def test_a_hangup_that_is_ignored_ends_nothing(tmp_path: Path) -> None:
    """As `nohup` has it."""
    script = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n{WRITER}"
    process = started(script, tmp_path, subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    assert process.poll() is None
    process.terminate()
    process.communicate(timeout=30)


PRINTER = "from regscope.base.errors import run\nrun(lambda: print('x' * 200_000))"


def test_output_that_nobody_reads_ends_it_without_a_word(tmp_path: Path) -> None:
    process = started(PRINTER, tmp_path, subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as said:
        assert said.read() == ""
    assert process.wait(timeout=30) == 128 + signal.SIGPIPE


def test_output_for_which_there_is_no_room_is_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        process = started(PRINTER, tmp_path, full.fileno())
        _, said = process.communicate(timeout=30)
    assert said == "regscope: a file: No space left on device\n"
    assert process.returncode == 1


def test_a_package_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = ends(capsys, ModuleNotFoundError("No module named 'mlflow.x'", name="mlflow.x"))
    assert code == 1
    assert said == (
        f"regscope: mlflow.x is not installed for {sys.executable}; activate the environment"
        " (source .venv/bin/activate; make sets it up)"
    )


def test_a_module_of_our_own_that_is_not_there_is_a_bug() -> None:
    def main() -> None:
        raise ModuleNotFoundError("No module named 'regscope.x'", name="regscope.x")

    with pytest.raises(ModuleNotFoundError):
        run(main)


@pytest.mark.parametrize("command", ["stages.validate", "stages.train", "regscope review"])
def test_without_the_environment_every_command_says_so(command: str) -> None:
    done = subprocess.run(
        # Without what is installed.
        [sys.executable, "-S", "-m", *command.split()],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("regscope: numpy is not installed for ")
    assert done.stderr.count("\n") == 1


def test_without_psutil_a_stage_says_so(tmp_path: Path) -> None:
    """What `dvc repro` starts in an environment that lacks it."""
    script = "import sys; sys.modules['psutil'] = None\n" + PRINTER
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DVC_STAGE": "train"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("regscope: psutil is not installed for ")
    assert done.stderr.count("\n") == 1

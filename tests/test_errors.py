"""How a command ends."""

from __future__ import annotations

import errno
import os

import pytest

from regscope.errors import RegscopeError, run


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


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    error = FileNotFoundError(errno.ENOENT, "No such file", "data/prepared/x")
    expected = "regscope: data/prepared/x: no such file; `dvc repro` makes what is missing"
    assert ends(capsys, error) == (1, expected)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
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

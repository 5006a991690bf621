"""Errors that a user can mend, and how a command ends on them."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from regscope.base import paths
from regscope.base.installed import lacks
from regscope.base.lines import told
from regscope.base.processes import end_with_caller

REFUSALS = (
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR,
    errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY, errno.ENAMETOOLONG, errno.ELOOP, errno.EMFILE,
    errno.ENFILE, errno.EBUSY, errno.ESTALE,
)  # fmt: skip
"""What a file system says of a place or a file; whoever runs the command can mend it."""

ENDING = (signal.SIGTERM, signal.SIGHUP)
AGAIN = "run the same command again to go on"


class RegscopeError(Exception):
    """Its text is one line that names the key or file, the value and what is allowed.

    Whatever it echoes, it stays one line that can be read: see regscope/base/lines.py.
    """

    def __init__(self, line: str) -> None:
        super().__init__(told(line))


class DivergedError(RegscopeError):
    """A loss that is no longer finite: with these settings it would be so again."""


class EndedError(KeyboardInterrupt):
    """A signal that asks the process to end: whatever is half-written is cleared away first."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def run(main: Callable[[], None]) -> None:
    """Call `main` and end the process as a command should: 1 with one line on a known error.

    An interrupt ends with 128 and the signal's number (130 for Ctrl-C) and never with 0, so that
    whoever called does not take the outputs for finished. Output that nobody reads any more ends
    the command as SIGPIPE would (141), without a word. A stage that DVC runs ends with DVC, also by
    SIGKILL, and so never writes over a later run's outputs.
    """
    try:
        with _signals_raised():
            if os.environ.get("DVC_STAGE"):
                end_with_caller()
            main()
            sys.stdout.flush()
    except RegscopeError as error:
        sys.exit(f"regscope: {error}")
    except EndedError as error:
        print(f"regscope: ended by {error}; {AGAIN}", file=sys.stderr)
        sys.exit(128 + error.number)
    except KeyboardInterrupt:
        print(f"regscope: interrupted; {AGAIN}", file=sys.stderr)
        sys.exit(130)
    except ModuleNotFoundError as error:
        if not error.name or error.name.partition(".")[0] in ("regscope", "stages"):
            raise
        sys.exit(lacks(error.name))
    except BrokenPipeError:
        _silence()
        sys.exit(128 + signal.SIGPIPE)
    except FileNotFoundError as error:
        # safetensors gives no `filename`.
        missing = error.filename or str(error).removeprefix("No such file or directory: ")
        advice = "`dvc repro` makes what is missing"
        if not paths.PARAMS.exists():
            advice = f"run this in the repository's folder, where {paths.PARAMS} lies"
        sys.exit(told(f"regscope: {missing}: no such file; {advice}"))
    except OSError as error:
        if error.errno not in REFUSALS:
            raise
        _refused(error)


@contextmanager
def _signals_raised() -> Iterator[None]:
    """Raise EndedError on the signals of ENDING, but for those that are ignored (`nohup`)."""

    def end(number: int, _: object) -> NoReturn:
        # Once is enough: what is cleared away now is not to be interrupted.
        for one in ENDING:
            signal.signal(one, signal.SIG_IGN)
        raise EndedError(number)

    before = {one: signal.getsignal(one) for one in ENDING}
    changed = [one for one in ENDING if before[one] == signal.SIG_DFL]
    for one in changed:
        signal.signal(one, end)
    try:
        yield
    finally:
        for one in changed:
            signal.signal(one, before[one])


def _refused(error: OSError) -> NoReturn:
    line = f"regscope: {error.filename or 'a file'}: {error.strerror}"
    if error.filename is None:
        # Perhaps standard output itself, which Python would try to write to once more.
        _silence()
    sys.exit(told(line))


def _silence() -> None:
    """Send what is still to be written to standard output nowhere."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return

"""Errors that a user can mend, and how a command ends on them."""

import errno
import os
import sys
from collections.abc import Callable

from regscope.lifeline import end_with_caller
from regscope.lines import told


class RegscopeError(Exception):
    """Its text is one line that names the key or file, the value and what is allowed.

    Whatever it echoes, it stays one line that can be read: see regscope/lines.py.
    """

    def __init__(self, line: str) -> None:
        super().__init__(told(line))


class DivergedError(RegscopeError):
    """A loss that is no longer finite: with these settings it would be so again."""


def run(main: Callable[[], None]) -> None:
    """Call `main` and end the process as a command should: 1 with one line on a known error.

    An interrupt ends with 130 (128 + SIGINT) and never with 0, so that whoever called
    does not take the outputs for finished. A stage that DVC runs ends with DVC, also by SIGKILL,
    and so never writes over a later run's outputs.
    """
    if os.environ.get("DVC_STAGE"):
        end_with_caller()
    try:
        main()
    except RegscopeError as error:
        sys.exit(f"regscope: {error}")
    except KeyboardInterrupt:
        print("regscope: interrupted; run the same command again to go on", file=sys.stderr)
        sys.exit(130)
    except FileNotFoundError as error:
        # safetensors gives no `filename`.
        missing = error.filename or str(error).removeprefix("No such file or directory: ")
        sys.exit(told(f"regscope: {missing}: no such file; `dvc repro` makes what is missing"))
    except OSError as error:
        if error.errno not in _ON_THE_DISK:
            raise
        sys.exit(told(f"regscope: {error.filename or 'a file'}: {error.strerror}"))


_ON_THE_DISK = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EISDIR,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.ELOOP,
    errno.ENAMETOOLONG,
)
"""What is full, closed, or otherwise than it should be there: nothing that the code does wrong."""

"""Processes that end when those who asked for their work end, even by SIGKILL.

A killed `dvc` leaves its child running, which could then write over the next run's output.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

POLL_SECONDS = 0.5


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def end_with_caller() -> None:
    """End this process within a second of its caller's end.

    The caller is the parent process and, where that is only a shell started to run one command
    (`sh -c`), the process that started the shell.
    """
    import psutil

    callers = psutil.Process().parents()[:1]
    if callers and _only_runs_one_command(callers[0]):
        callers += callers[0].parents()[:1]

    def watch() -> None:
        while all(_runs(caller) for caller in callers):
            time.sleep(POLL_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _runs(process: psutil.Process) -> bool:
    """Whether it does; one that has ended and that nobody has waited for does not."""
    import psutil

    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _only_runs_one_command(process: psutil.Process) -> bool:
    """Whether it is `sh -c COMMAND`, which DVC may start for every stage."""
    import psutil

    try:
        return "-c" in process.cmdline()[1:-1]
    except psutil.Error:
        return False


def end_with_parent_process() -> None:
    """End this worker once the process that started it (through multiprocessing) has ended."""
    import multiprocessing
    from multiprocessing import connection

    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def leave_interrupts_to_parent() -> None:
    """In a worker: Ctrl-C, which reaches the whole process group, is the parent's to deal with, and
    its end ends this process too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent_process()


@contextmanager
def without_main() -> Iterator[None]:
    """A process that starts here does not run the caller's script again, guarded or not."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main

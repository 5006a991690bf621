"""Processes that end when those who asked for their work end, even by SIGKILL.

A killed `dvc` leaves its child running, which could then write over the next run's output.
"""

from __future__ import annotations

import os
import threading
import time

POLL_SECONDS = 0.5


def end_with_caller() -> None:
    """End this process within a second of its caller's end.

    The caller is the parent process and, where that is only a shell started to run one command
    (`sh -c`), the process that started the shell.
    """
    import psutil

    callers = psutil.Process().parents()[:1]
    if callers and "-c" in _command(callers[0])[1:-1]:
        callers += callers[0].parents()[:1]

    def watch() -> None:
        while all(caller.is_running() for caller in callers):
            time.sleep(POLL_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _command(process: object) -> list[str]:
    import psutil

    assert isinstance(process, psutil.Process)
    try:
        return process.cmdline()
    except psutil.Error:
        return []


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

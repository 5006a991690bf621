"""Training in processes of its own, to be killed and watched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from regscope.study.params import Study

ROOT = Path(__file__).parents[2]


def command(study: Study, data: Path, out: Path) -> list[str]:
    settings = out.with_suffix(".json")
    settings.write_text(study.model_dump_json(exclude_none=True))
    return [sys.executable, "-m", "tests.training.train_cell", *map(str, (settings, data, out))]


def environment(**variables: str) -> dict[str, str]:
    """This one's, with regscope importable and none of regscope's variables, and what it chose."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("REGSCOPE_") and name != "MKL_CBWR"
    }
    return {**kept, "PYTHONPATH": str(ROOT), **variables}


def start(arguments: list[str], **variables: str) -> subprocess.Popen[str]:
    """In a process group of its own, as a shell starts a command in the foreground.

    What a shell starts behind `&` has Ctrl-C ignored, and would hand that down to this one.
    """
    return subprocess.Popen(
        arguments,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_heed_interrupts,
    )


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def end(process: subprocess.Popen[str]) -> None:
    """Kill what is left of the process and of its group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The process and everything it has started."""
    parent = psutil.Process(process.pid)
    return [parent, *parent.children(recursive=True)]


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [
        process
        for process in processes
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]

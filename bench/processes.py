"""A command as a process of its own: its time, its memory, what it printed."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.ways.record import STARTED
from regscope.base.errors import RegscopeError

ROOT = Path(__file__).parents[1]
SECONDS_BETWEEN_SAMPLES = 1.0


@dataclass(frozen=True)
class Finished:
    """Wall `seconds` from start to end, those of processors that it and all that it started used,
    the highest `memory` seen (bytes), and standard output."""

    seconds: float
    processor: float
    memory: int
    output: str


def run_process(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
    every: float = SECONDS_BETWEEN_SAMPLES,
) -> Finished:
    """Run `command` to its end, sampling the memory of its process tree `every` so many seconds.

    Checkpoints of trainings go to a private folder, so that no run goes on from another's.
    Raises RegscopeError with the last line it wrote when it does not end with 0.
    """
    with tempfile.TemporaryDirectory() as private:
        settings = os.environ | {
            "DVC_ROOT": private,
            "CUDA_VISIBLE_DEVICES": "",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            **(environment or {}),
            STARTED: repr(time.time()),
        }
        used, started = _children_used(), time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with Sampler(process.pid, every) as sampler:
            output, complaints = process.communicate()
            seconds = time.perf_counter() - started
    if process.returncode:
        last = (complaints.strip() or output.strip() or "no output").splitlines()[-1]
        raise RegscopeError(f"{' '.join(command)}: ended with {process.returncode}: {last}")
    return Finished(seconds, _children_used() - used, sampler.highest, output)


def python_module(module: str, *words: str, python: str = sys.executable) -> list[str]:
    return [python, "-m", module, *words]


def _children_used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Sampler:
    """Watches the memory of a process and its descendants from a thread: `highest`, in bytes."""

    def __init__(self, pid: int, every: float) -> None:
        self.pid = pid
        self.every = every
        self.highest = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(self.every):
            self.highest = max(self.highest, tree_memory(self.pid))


def tree_memory(pid: int) -> int:
    """Bytes in use by a process and its descendants, pages that they share counted once.

    This is the sum of proportional set sizes; where the system knows none, of resident set sizes.
    """
    try:
        parent = psutil.Process(pid)
        tree = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return 0
    return sum(_memory(process) for process in tree)


def _memory(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(full, "pss", full.rss))

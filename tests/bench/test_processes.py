from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from bench.processes import run_process, tree_memory
from regscope.base.errors import RegscopeError

MB = 1e6


def test_what_a_process_printed_and_took() -> None:
    finished = run_process([sys.executable, "-c", "import time; time.sleep(0.2); print('said')"])
    assert finished.output == "said\n"
    assert 0.2 <= finished.seconds < 10


def test_processor_seconds_are_of_the_process_and_what_it_started() -> None:
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    assert 0.3 <= run_process([sys.executable, "-c", parent]).processor < 3
    idle = run_process([sys.executable, "-c", "import time; time.sleep(0.5)"])
    assert idle.processor < idle.seconds


def test_memory_of_a_child_counts() -> None:
    child = "x = bytearray(range(250)) * 400_000; import time; time.sleep(0.6)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    finished = run_process([sys.executable, "-c", parent], every=0.02)
    assert 100 * MB < finished.memory < 200 * MB


def test_a_failure_names_the_last_line() -> None:
    with pytest.raises(RegscopeError, match=r"ended with 1: ValueError: too small$"):
        run_process([sys.executable, "-c", "raise ValueError('too small')"])


def test_checkpoints_go_to_a_private_folder() -> None:
    show = [sys.executable, "-c", "import os; print(os.environ['DVC_ROOT'])"]
    first, second = run_process(show).output, run_process(show).output
    assert first != second
    assert not Path(first.strip()).exists()


def test_a_process_that_ended_uses_nothing() -> None:
    ended = next(pid for pid in range(2**22 - 1, 1, -1) if not psutil.pid_exists(pid))
    assert tree_memory(ended) == 0

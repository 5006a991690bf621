"""Advice that is killed again and again, with the processes that train for it."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import pytest

from regscope.advice.results import SEARCH_FILE, TEST_FILE
from regscope.base import paths
from tests import tiny
from tests.training import processes

KILLS = 10


def advised(data: Path, out: Path, seconds: float | None = None) -> bool:
    """Whether it came to its end, or was killed so long after its start."""
    settings = out.with_suffix(".json")
    study = tiny.study(training={"epochs": 8})
    settings.write_text(study.model_dump_json(exclude_none=True))
    command = [sys.executable, "-m", "tests.advice.advise_apart", *map(str, (settings, data, out))]
    process = processes.start(command)
    ended = processes.wait_until(lambda: process.poll() is not None, seconds or 300)
    if ended:
        assert process.returncode == 0, process.communicate()[1]
    processes.end(process)
    return ended


def told(out: Path) -> dict[str, str]:
    return {name: (out / name).read_text() for name in (paths.ADVICE_FILE, SEARCH_FILE, TEST_FILE)}


@pytest.mark.slow
def test_killed_at_ten_random_moments_it_gives_the_same(
    workspace: Path, digits_folder: Path
) -> None:
    """Each time from the start on: a later moment than the last, since what was done stays done."""
    began = time.monotonic()
    assert advised(digits_folder, workspace / "whole")
    whole = time.monotonic() - began
    moments = random.Random(20)
    ended = [
        advised(digits_folder, workspace / "killed", moments.uniform(0.1, 0.6) * whole)
        for _ in range(KILLS)
    ]
    assert ended.count(False) >= KILLS // 2
    assert advised(digits_folder, workspace / "killed")
    assert told(workspace / "killed") == told(workspace / "whole")

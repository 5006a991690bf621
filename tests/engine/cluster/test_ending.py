"""A cluster of a command's own ends with the command, however that ends."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest

from regscope.base.errors import AGAIN
from tests.engine.cluster.asking import asked
from tests.engine.cluster.test_ray import slow

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGINT, 130, f"regscope: interrupted; {AGAIN}\n"),
        (signal.SIGTERM, 143, f"regscope: ended by SIGTERM; {AGAIN}\n"),
        (signal.SIGKILL, -9, ""),
    ],
)
def test_nothing_of_ray_is_left(
    number: int, code: int, said: str, workspace: Path, digits_folder: Path
) -> None:
    """Ctrl-C in a terminal goes to the whole process group."""
    with asked(workspace, slow(workspace, 1000, 2), digits_folder, {}) as process:
        own = psutil.Process(process.pid).children(recursive=True)
        assert len(own) > 5
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            os.kill(process.pid, number)
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (code, said)
        _, left = psutil.wait_procs(own, timeout=15)
        # Ray's own, which end by themselves where they miss their node for a minute.
        agents = {"ray::RuntimeEnvAgent", "ray::DashboardAgent"} if code < 0 else set()
        assert {process.name() for process in left} <= agents

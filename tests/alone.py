"""A working directory that is also the repository, without what a user's environment asks for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def work_in(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    patch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("REGSCOPE_")]:
        patch.delenv(name)
    patch.setenv("DVC_ROOT", str(folder))
    # The server that forks worker processes looks for regscope here or in its working directory.
    patch.setenv("PYTHONPATH", str(ROOT))
    return folder

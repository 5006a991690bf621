from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def nets(workspace: Path) -> Path:
    """A working directory with the file my_nets.py."""
    shutil.copy(Path(__file__).with_name("nets.py"), workspace / "my_nets.py")
    return workspace

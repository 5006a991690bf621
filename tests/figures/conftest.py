from __future__ import annotations

from pathlib import Path

import pytest

from tests.figures import synthetic


@pytest.fixture
def studies(workspace: Path) -> Path:
    """The working directory with the synthetic studies `pictures` and `points` in it."""
    synthetic.write(workspace)
    return workspace

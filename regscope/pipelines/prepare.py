"""Data of studies brought up to date, as `dvc repro` does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.lines import listed


def prepare(studies: Sequence[str]) -> None:
    """Raises RegscopeError where that fails; DVC and the stage have said why."""
    targets = [f"{paths.pipeline(study)}:preprocess" for study in studies]
    if subprocess.run([sys.executable, "-m", "dvc", "repro", *targets], check=False).returncode:
        raise RegscopeError(f"data of {listed(studies)}: not prepared (above is why)")

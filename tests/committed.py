"""The repository as it is committed: a run or an experiment changes the workspace's results."""

from __future__ import annotations

import atexit
import io
import shutil
import subprocess
import tarfile
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = (
    "README.md", "bench", "claims.yaml", "docs", "metrics", "params.yaml", "paths", "plots",
    "rates",
)  # fmt: skip


@cache
def committed() -> Path:
    """A folder with the committed pages, settings and results; without git, the workspace's."""
    if not (ROOT / ".git").exists():
        return ROOT
    archive = subprocess.run(
        ["git", "archive", "HEAD", *RESULTS], cwd=ROOT, capture_output=True, check=True
    ).stdout
    folder = Path(tempfile.mkdtemp(prefix="regscope-committed-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder

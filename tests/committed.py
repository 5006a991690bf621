"""The repository as it is committed: a run or an experiment changes the workspace's results."""

from __future__ import annotations

import atexit
import io
import shutil
import subprocess
import tempfile
import zipfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = (
    "README.md", "advice", "bench", "claims.yaml", "docs", "metrics", "params.yaml", "paths",
    "plots", "rates",
)  # fmt: skip


@cache
def committed() -> Path:
    """A folder with the committed pages, settings and results; without git, the workspace's."""
    if not (ROOT / ".git").exists():
        return ROOT
    archive = subprocess.run(
        ["git", "archive", "--format=zip", "HEAD", *RESULTS],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    folder = Path(tempfile.mkdtemp(prefix="regscope-committed-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # A zip: Python before 3.11.4 has no safe way to unpack a tar.
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        files.extractall(folder)
    return folder

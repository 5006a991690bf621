"""`dvc metrics diff --md` of two revisions."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from regscope.base import paths
from regscope.base.errors import RegscopeError

Rows = list[list[str]]

Runner = Callable[[list[str]], "subprocess.CompletedProcess[str]"]


def metrics_diff(before: str, after: str | None, run: Runner | None = None) -> Rows:
    """The rows of DVC's table, the headings first; empty where nothing differs.

    `before` and `after` are commits, None the working tree. Without metrics/review.json, which
    follows the switch `reg` and is no difference. Raises RegscopeError with DVC's last line where
    it fails.
    """
    command = [sys.executable, "-m", "dvc", "metrics", "diff", "--md", before]
    done = (run or _run)([*command, after] if after else command)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["failed without a word"]
        raise RegscopeError(f"dvc metrics diff: {lines[-1].removeprefix('ERROR: ')}")
    table = [line for line in done.stdout.splitlines() if line.startswith("|")]
    rows = [[entry.strip() for entry in line.strip("|").split("|")] for line in table]
    review = paths.REVIEW.as_posix()
    kept = [row for index, row in enumerate(rows) if index != 1 and row[0] != review]
    if len(kept) < 2:
        return []
    return [[*kept[0][:2], "before", "after", *kept[0][4:]], *kept[1:]]


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)

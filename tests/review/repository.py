"""A git repository with results that nobody trained, in the working directory."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from regscope.base import paths
from regscope.base.files import write_json
from tests.command.called import called
from tests.report import synthetic

STUDY = "small"

# Seed by seed L1 and L2 go up and down against `none`, so that neither is separable from it.
NONE = (0.90, 0.94, 0.91, 0.93, 0.92)
L1 = (0.94, 0.90, 0.92, 0.91, 0.93)
L2 = (0.90, 0.91, 0.92, 0.93, 0.94)
ACCURACIES: dict[str, Sequence[float]] = {"none": NONE, "l1": L1, "l2": L2}
CELLS: dict[str, Any] = {"none": {}, "l1": {"l1": 0.001}, "l2": {"l2": 0.001}}

IDENTITY = {
    "GIT_AUTHOR_NAME": "test", "GIT_AUTHOR_EMAIL": "test@example.com",
    "GIT_COMMITTER_NAME": "test", "GIT_COMMITTER_EMAIL": "test@example.com",
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip


def shifted(values: Sequence[float], *by: float) -> tuple[float, ...]:
    return tuple(value + shift for value, shift in zip(values, by, strict=True))


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit() -> str:
    """Everything that lies here; the commit's hash."""
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "--message", "results")
    return git("rev-parse", "HEAD")


def write(
    accuracies: Mapping[str, Sequence[float]] = ACCURACIES,
    cells: Mapping[str, Any] = CELLS,
    **changed: Any,
) -> None:
    """params.yaml and the results of STUDY; `changed` are blocks of its settings."""
    block = synthetic.study(cells, title="Small") | changed
    synthetic.write({STUDY: block}, {STUDY: synthetic.found(accuracies)})


def write_claims(**verdicts: str) -> None:
    entries = [synthetic.claim(name, STUDY, verdict) for name, verdict in verdicts.items()]
    write_json(paths.CLAIMS, {"claims": entries, "untestable": []})


def review(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What `regscope review --no-dvc` prints."""
    called("review", "--no-dvc", *arguments)
    return capsys.readouterr().out


def rows(text: str) -> list[list[str]]:
    """The entries of every row of every table, headings and rules included."""
    return [
        [entry.strip() for entry in _split(line)]
        for line in text.splitlines()
        if line.startswith("|")
    ]


def _split(line: str) -> list[str]:
    """At bars that no backslash stands before."""
    assert line.endswith("|")
    parts, escaped = [""], False
    for character in line[1:-1]:
        if character == "|" and not escaped:
            parts.append("")
        else:
            parts[-1] += character
        escaped = character == "\\" and not escaped
    return parts

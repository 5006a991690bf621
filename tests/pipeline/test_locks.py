"""What the committed results are said to come from is the code that is here."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bench.pipeline import tracked
from tests.committed import ROOT

PIPELINES = ("dvc.lock", "studies/digits/dvc.lock")
CODE = ("regscope/", "stages/")
SETTINGS = ("params.yaml", "claims.yaml")


def md5(contents: bytes) -> str:
    return hashlib.md5(contents, usedforsecurity=False).hexdigest()


def hash_of(path: Path) -> str:
    """As DVC hashes a file, or a folder of those that git knows."""
    if path.is_file():
        return md5(path.read_bytes())
    entries = [
        {"md5": md5((path / name).read_bytes()), "relpath": name} for name in sorted(tracked(path))
    ]
    return md5(json.dumps(entries, sort_keys=True).encode()) + ".dir"


def behind(lock: bytes, what: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Each stage, a path that begins so and that it depends on, and the hash that it had."""
    for stage, entry in yaml.safe_load(lock)["stages"].items():
        for dependency in entry.get("deps", []):
            if dependency["path"].startswith(what):
                yield stage, dependency["path"], dependency["md5"]


@pytest.mark.parametrize("lock", PIPELINES)
def test_results_are_those_of_the_code_that_is_here(lock: str) -> None:
    """Else `make` on a new clone would change a file that is committed: run it, and commit."""
    found = list(behind((ROOT / lock).read_bytes(), CODE))
    assert found
    now = {path: hash_of(ROOT / path) for path in {path for _, path, _ in found}}
    changed = [f"{stage}: {path}" for stage, path, then in found if now[path] != then]
    assert changed == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="only git knows what is committed")
def test_committed_results_are_those_of_the_committed_settings() -> None:
    """As they are committed: whoever edits them here has not run anything yet."""

    def committed(path: str) -> bytes:
        shown = ["git", "show", f"HEAD:{path}"]
        return subprocess.run(shown, cwd=ROOT, capture_output=True, check=True).stdout

    found = list(behind(committed("dvc.lock"), SETTINGS))
    assert {path for _, path, _ in found} == set(SETTINGS)
    changed = [f"{stage}: {path}" for stage, path, then in found if md5(committed(path)) != then]
    assert changed == []

"""The measurements on disk: one JSON file a kind, in `bench/results`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from regscope.base.files import write_json

FOLDER = Path("bench") / "results"
KINDS = ("peak", "ways_mnist", "ways_fashion", "growth", "fixed_costs", "arithmetic")
ELSEWHERE = ("places", "searching", "pipelines", "plan", "profile", "gpu")
"""Measured by programs of their own: `bench.places`, `bench.searching`, `bench.pipelines`,
`bench.plan.record` and `bench.plan`, `bench.profile --write`, `bench.gpu`."""


def load(kind: str, folder: Path = FOLDER) -> dict[str, Any] | None:
    """What was measured last, or None where nothing was."""
    path = folder / f"{kind}.json"
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def load_all(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """By kind, in the order of KINDS and ELSEWHERE; without those that were never measured."""
    found = {kind: load(kind, folder) for kind in (*KINDS, *ELSEWHERE)}
    return {kind: content for kind, content in found.items() if content is not None}


def write(kind: str, content: dict[str, Any], folder: Path = FOLDER) -> None:
    write_json(folder / f"{kind}.json", content)

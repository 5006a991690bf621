"""Advice as it stands in a folder."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from regscope.base import paths
from regscope.base.json_files import read_json


def stored(folder: Path) -> Mapping[str, Any]:
    """What advice.json says, and of each arm as `seconds` what training one of its networks took;
    None of an arm of which that was not heard."""
    told: dict[str, Any] = read_json(folder / paths.ADVICE_FILE)
    times = folder / paths.TIMES_FILE
    seconds: dict[str, float] = {}
    if times.is_file():
        with times.open(newline="") as rows:
            seconds = {row["arm"]: float(row["seconds"]) for row in csv.DictReader(rows)}
    return told | {
        "arms": [arm | {"seconds": seconds.get(arm["arm"])} for arm in told["arms"]],
    }


def stored_of(studies: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """The committed advice of those of these studies that have one."""
    return {
        name: stored(paths.advice(name))
        for name in studies
        if (paths.advice(name) / paths.ADVICE_FILE).is_file()
    }

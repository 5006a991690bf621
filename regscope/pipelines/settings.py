"""A study's settings as small files, one for each stage that reads some of them.

DVC reads the whole of params.yaml again for every stage that names values in it, and copies the
values into the lock. A stage that depends on a small file does without both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

MEASURED_BY = ("split", "model", "training", "evaluation", "regularizers")
"""Of training the arithmetic and precision count, by which measures are computed too."""

TRAINED_BY = ("split", "model", "training")


def files(written: Mapping[str, Any]) -> dict[str, str]:
    """`{file: text}` of a study's block of params.yaml, as it is written there.

    Another order of keys gives the same text, but in study.json, where it is that of the tables.
    """
    measured = {key: written[key] for key in MEASURED_BY}
    arithmetic = {
        key: written["training"][key]
        for key in ("arithmetic", "precision")
        if key in written["training"]
    }
    return {
        "data.json": _text(written["data"]),
        "measured.json": _text(measured | {"training": arithmetic}),
        "study.json": json.dumps(written, indent=2, ensure_ascii=False) + "\n",
        **{f"cells/{reg}.json": _text(cell(written, reg)) for reg in written["regularizers"]},
    }


def cell(written: Mapping[str, Any], reg: str) -> dict[str, Any]:
    """What of a study's block decides how a cell is trained."""
    trained = {key: written[key] for key in TRAINED_BY}
    return trained | {"regularizer": written["regularizers"][reg]}


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

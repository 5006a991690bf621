"""What halving the pool of a study's examples said about new data (`regscope.overlap`)."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from regscope import paths
from regscope.params import Study


def measured_overlap(name: str, study: Study) -> float | None:
    """C / w of `regscope.statistics.overlap`; None where it was not measured of these settings."""
    file = paths.overlap(name, "json")
    if not file.is_file():
        return None
    measured = json.loads(file.read_text())
    try:
        before = Study.model_validate(measured["settings"])
    except ValidationError:
        return None
    return float(measured["share"]) if _decisive(before) == _decisive(study) else None


def _decisive(study: Study) -> dict[str, Any]:
    """What the measurement depends on: neither cells nor seeds, nor what is measured besides."""
    settings: dict[str, Any] = study.model_dump(
        mode="json", include={"data", "split", "model", "training"}
    )
    del settings["training"]["seeds"]
    return settings

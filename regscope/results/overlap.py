"""What halving the pool of a study's examples said about new data (`regscope halves`)."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.json_files import read_json
from regscope.study.params import Study


def measured_overlap(name: str, study: Study) -> float | None:
    """C / w of `regscope.statistics.overlap`; None where it was not measured of these settings.

    Raises RegscopeError where the file is not whole.
    """
    file = paths.overlap(name, "json")
    if not file.is_file():
        return None
    measured = read_json(file)
    share = measured.get("share")
    if not isinstance(share, int | float):
        raise RegscopeError(f"{file}: share = {share}: must be a number")
    try:
        before = Study.model_validate(measured.get("settings"))
    except ValidationError:
        return None
    return float(share) if _decisive(before) == _decisive(study) else None


def _decisive(study: Study) -> dict[str, Any]:
    """What the measurement depends on: neither cells nor seeds, nor what is measured besides."""
    settings: dict[str, Any] = study.model_dump(
        mode="json", include={"data", "split", "model", "training"}
    )
    del settings["training"]["seeds"]
    return settings

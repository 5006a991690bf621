"""Data sources: one file each. A file dropped in here is a new `source` in params.yaml."""

from typing import Any

from regscope.base.discovery import import_all
from regscope.datasets.base import Dataset, Source
from regscope.datasets.splits import Split, SplitSettings

import_all(__name__, __path__)


def _named(of: Any) -> dict[str, type[Source]]:
    """Those that derive from `of` and say what they are called."""
    found = {}
    for cls in of.__subclasses__():
        if not cls.model_fields["source"].is_required():
            found[cls.model_fields["source"].default] = cls
        found |= _named(cls)
    return found


SOURCES: dict[str, type[Source]] = dict(sorted(_named(Source).items()))

__all__ = ["SOURCES", "Dataset", "Source", "Split", "SplitSettings"]

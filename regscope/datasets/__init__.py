"""Data sources: one file each. A file dropped in here is a new `source` in params.yaml."""

from regscope.base.discovery import import_all
from regscope.datasets.base import Dataset, Source, Split, SplitSettings

import_all(__name__, __path__)

SOURCES: dict[str, type[Source]] = {
    cls.model_fields["source"].default: cls for cls in Source.__subclasses__()
}

__all__ = ["SOURCES", "Dataset", "Source", "Split", "SplitSettings"]

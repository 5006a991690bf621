"""A file that someone brings, as a study and its data without a place in the repository."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from regscope.base import paths
from regscope.base.digests import file_sha256
from regscope.datasets.base import DATA_FILE, DESCRIPTION_FILE
from regscope.datasets.own import write_description
from regscope.own.looked import Looked
from regscope.own.writing import with_methods
from regscope.study.params import Study


def brought(looked: Looked, network: Mapping[str, Any] | None = None) -> tuple[Study, Path]:
    """The study that is proposed for it, and the folder of its prepared data.

    It lies below `.regscope` under a name that its content decides, so that who brings it again
    finds what was begun. Raises RegscopeError where the proposal fits no study.
    """
    files = {looked.name: looked.file, **looked.others}
    decisive = {
        "files": {name: file_sha256(file) for name, file in files.items()},
        "description": looked.description.model_dump(mode="json"),
        "network": network,
    }
    digest = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()
    folder = paths.brought() / digest[:32]
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in files.items():
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(file.absolute())
    path = folder / looked.name
    write_description(path, looked.description)
    data = {**looked.data, "path": str(path)}
    study = Study.model_validate(with_methods(data, looked.proposal, looked.methods, network).block)
    prepared = folder / "prepared"
    if not all((prepared / name).is_file() for name in (DATA_FILE, DESCRIPTION_FILE)):
        raw = folder / "raw"
        raw.mkdir(exist_ok=True)
        study.data.download(raw)
        study.data.prepared(raw, study.data.source).save(prepared)
    return study, prepared

"""The prepared data of studies, made once under `.regscope/bench/plan`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bench import data
from regscope.study.params import Study

FOLDER = data.FOLDER / "plan"


def prepared(name: str, study: Study) -> Path:
    """The folder with a study's data, made where it is not there yet."""
    folder = FOLDER / name
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with tempfile.TemporaryDirectory() as raw:
            study.data.download(Path(raw))
            study.data.prepared(Path(raw), name).save(folder)
        (folder / "whole").touch()
    return folder.absolute()

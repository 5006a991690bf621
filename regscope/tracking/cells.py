"""The cells of a study as tracking knows them: each by a digest of its settings and results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.json_files import read_json

MEASURES_FILE = "measures.csv"

CHARACTERS = 32
"""Of a digest."""

UNUSED = ("title", "regularizers")
"""Of a study's keys those that are not a cell's: of the regularizers it has its own."""


@dataclass(frozen=True)
class Cell:
    """A trained and evaluated cell.

    `settings` are what of the study's decides its results: `regularizer` is this cell's.
    `digest` is that of settings and results.
    """

    study: str
    reg: str
    settings: dict[str, Any]
    digest: str


def cells_of(study: str) -> tuple[list[Cell], list[str]]:
    """The study's cells, and the names of those whose results are not here.

    Reads small files only, so that it takes milliseconds. Raises RegscopeError where the study
    has no results at all, or none that say what their settings were.
    """
    found, missing = [], []
    written = _written(study)
    shared = {name: value for name, value in written.items() if name not in UNUSED}
    for reg, regularizer in written["regularizers"].items():
        if regularizer is None:
            continue
        settings = shared | {"regularizer": regularizer}
        digest = _digest(study, reg, settings)
        if digest is None:
            missing.append(reg)
        else:
            found.append(Cell(study, reg, settings, digest))
    return found, missing


def _written(study: str) -> dict[str, Any]:
    # Not by `regscope.results`, which loads numpy and pydantic.
    file = paths.summary(study) / paths.SETTINGS_FILE
    try:
        written = read_json(file, ("regularizers",))
    except FileNotFoundError as error:
        raise RegscopeError(
            f"{file}: not there; build the study with: dvc exp run -S study={study}"
        ) from error
    except RegscopeError as error:
        raise RegscopeError(f"{error}; make it anew with: dvc repro") from error
    if not isinstance(written["regularizers"], dict):
        raise RegscopeError(
            f"{file}: regularizers: must be a mapping of cells to their settings; make it anew"
            " with: dvc repro"
        )
    return written


def _digest(study: str, reg: str, settings: dict[str, Any]) -> str | None:
    """A hash of a cell's settings and the files of its results; None where these are missing.

    Tables count with their content, tensors with their size alone: they may be hundreds of
    megabytes, and the tables already hold every epoch's loss to nine digits and every layer's
    norms and moments to ten. Times do not count: DVC's cache restores files with new ones.
    """
    decisive = json.dumps([study, reg, settings], sort_keys=True)
    of_settings = hashlib.sha256(decisive.encode()).hexdigest()[:CHARACTERS]
    digest = hashlib.sha256(of_settings.encode())
    model, evaluation = paths.model(study, reg), paths.evaluation(study, reg)
    for folder, wanted in ((model, paths.HISTORY_FILE), (evaluation, MEASURES_FILE)):
        if not (folder / wanted).is_file():
            return None
        for file in _files(folder):
            heavy = file.suffix == ".safetensors"
            content = str(file.stat().st_size).encode() if heavy else file.read_bytes()
            name = f"{file.relative_to(folder)} {len(content)}\n"
            digest.update(name.encode())
            digest.update(content)
    return digest.hexdigest()[:CHARACTERS]


def _files(folder: Path) -> Iterator[Path]:
    """All but what the measures were made from: the code may change and the numbers not."""
    return (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != paths.MADE_FROM
    )

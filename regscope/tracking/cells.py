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

HISTORY_FILE = "history.csv"
MEASURES_FILE = "measures.csv"


@dataclass(frozen=True)
class Cell:
    """A trained and evaluated cell.

    `settings` are the study's without the other cells: `regularizer` is this one's. `key` is
    their digest, known before training; `digest` that of settings and results.
    """

    study: str
    reg: str
    settings: dict[str, Any]
    key: str
    digest: str


def cells_of(study: str) -> tuple[list[Cell], list[str]]:
    """The study's cells, and the names of those whose results are not here.

    Reads small files only, so that it takes milliseconds. Raises RegscopeError where the study
    has no results at all, or none that say what their settings were.
    """
    found, missing = [], []
    written = _written(study)
    for reg, regularizer in written["regularizers"].items():
        if regularizer is None:
            continue
        settings = cell_settings(written, reg)
        key = settings_key(study, reg, settings)
        digest = _digest(key, [paths.model(study, reg), paths.evaluation(study, reg)])
        if digest is None:
            missing.append(reg)
        else:
            found.append(Cell(study, reg, settings, key, digest))
    return found, missing


def cell_settings(written: dict[str, Any], reg: str) -> dict[str, Any]:
    """What of a study's block in params.yaml decides the results of one of its cells."""
    settings = {
        key: value for key, value in written.items() if key not in ("title", "regularizers")
    }
    return settings | {"regularizer": written["regularizers"][reg]}


def settings_key(study: str, reg: str, settings: dict[str, Any]) -> str:
    decisive = json.dumps([study, reg, settings], sort_keys=True)
    return hashlib.sha256(decisive.encode()).hexdigest()[:32]


def _written(study: str) -> dict[str, Any]:
    # Not by `regscope.results`, which loads numpy and pydantic.
    file = paths.summary(study) / "settings.json"
    try:
        written: dict[str, Any] = json.loads(file.read_text())
    except FileNotFoundError as error:
        raise RegscopeError(
            f"{file}: not there; build the study with: dvc exp run -S study={study}"
        ) from error
    except ValueError as error:
        raise RegscopeError(f"{file}: not JSON: {error}; make it anew with: dvc repro") from error
    return written


def _digest(key: str, folders: list[Path]) -> str | None:
    """A hash of the settings' key and the folders' files; None where results are missing.

    Tables count with their content, tensors with their size alone: they may be hundreds of
    megabytes, and the tables already hold every epoch's loss to nine digits and every layer's
    norms and moments to ten. Times do not count: DVC's cache restores files with new ones.
    """
    digest = hashlib.sha256(key.encode())
    for folder, wanted in zip(folders, (HISTORY_FILE, MEASURES_FILE), strict=True):
        if not (folder / wanted).is_file():
            return None
        for file in _files(folder):
            heavy = file.suffix == ".safetensors"
            content = str(file.stat().st_size).encode() if heavy else file.read_bytes()
            name = f"{file.relative_to(folder)} {len(content)}\n"
            digest.update(name.encode())
            digest.update(content)
    return digest.hexdigest()[:32]


def _files(folder: Path) -> Iterator[Path]:
    """All but what the measures were made from: the code may change and the numbers not."""
    return (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != paths.MADE_FROM
    )

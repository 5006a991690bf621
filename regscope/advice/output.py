"""Advice on disk: its data and tables, from which the page and the picture are made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from regscope.advice.advise import Advice
from regscope.advice.results import data, tables
from regscope.base import paths
from regscope.base.files import write_text


def store(name: str, advice: Advice, folder: Path) -> None:
    """Write advice.json, and every network of the search and of the test as tables."""
    told = json.dumps(data(name, advice), indent=2, ensure_ascii=False) + "\n"
    put({**tables(advice), paths.ADVICE_FILE: told}, folder)


def put(files: Mapping[str, str], folder: Path) -> None:
    """Write those files that are not there as they are; others stay."""
    for name, text in files.items():
        path = folder / name
        if not path.is_file() or path.read_text() != text:
            write_text(path, text)

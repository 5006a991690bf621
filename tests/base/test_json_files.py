"""JSON that is none: one line that names the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.json_files import read_json
from regscope.datasets.base import DESCRIPTION_FILE, Dataset
from regscope.export.cell import TrainedSeed
from regscope.library.training import _check_source
from regscope.tracking.cells import cells_of
from tests import tiny

BROKEN = {
    b'{"kind": "poi': "not JSON: ",
    b'{"kind": "\xff"}': "not UTF-8: invalid start byte at byte 10",
    b"[]": "must be a mapping of keys to values",
}
LACKING = {b"{}": "has no "}

SETTINGS = paths.summary("toy") / "settings.json"
ENVIRONMENT = paths.model("toy", "l1") / "environment.json"


def _card() -> object:
    from regscope.export.card import _environment

    return _environment(cast("TrainedSeed", SimpleNamespace(name="toy", reg="l1")))


READERS: dict[str, tuple[Path, Callable[[], object]]] = {
    "any": (Path("any.json"), lambda: read_json(Path("any.json"), ("kind",))),
    "data": (Path("data") / DESCRIPTION_FILE, lambda: Dataset.load(Path("data"))),
    "tracking": (SETTINGS, lambda: cells_of("toy")),
    "card": (ENVIRONMENT, _card),
}


@pytest.mark.parametrize("content", [*BROKEN, *LACKING])
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_json_of_its_kind_is_one_line(
    reader: str, content: bytes, workspace: Path
) -> None:
    file, read = READERS[reader]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    line = _refusal(read)
    assert line.startswith(f"{file}: {(BROKEN | LACKING)[content]}")


@pytest.mark.parametrize("content", BROKEN)
def test_a_note_of_the_source_that_is_none_is_one_line(content: bytes, workspace: Path) -> None:
    (workspace / "source.json").write_bytes(content)
    line = _refusal(lambda: _check_source(tiny.study(), workspace, None))
    assert line.startswith(f"{workspace / 'source.json'}: {BROKEN[content]}")


def test_cells_that_are_no_mapping_are_one_line(workspace: Path) -> None:
    SETTINGS.parent.mkdir(parents=True)
    SETTINGS.write_text('{"regularizers": ["none"]}')
    assert _refusal(lambda: cells_of("toy")).startswith(f"{SETTINGS}: regularizers: must be a ")


def test_keys_and_values_come_back(tmp_path: Path) -> None:
    (tmp_path / "any.json").write_text('{"kind": "points", "scale": 0.5}')
    found: dict[str, Any] = read_json(tmp_path / "any.json", ("kind", "scale"))
    assert found == {"kind": "points", "scale": 0.5}


def _refusal(read: Callable[[], object]) -> str:
    with pytest.raises(RegscopeError) as refused:
        read()
    assert "\n" not in str(refused.value)
    return str(refused.value)

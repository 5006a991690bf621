"""File names that several files of the package write or read."""

from __future__ import annotations

import ast

import pytest

from regscope.base import paths
from tests.alone import ROOT

FILES = [*(ROOT / "regscope").rglob("*.py"), *(ROOT / "stages").rglob("*.py")]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("SETTINGS_FILE", "settings.json"),
        ("SEEDS_FILE", "seeds.csv"),
        ("HISTORY_FILE", "history.csv"),
        ("ARRAYS_FILE", "arrays.safetensors"),
        ("ENVIRONMENT", "environment.json"),
    ],
)
def test_a_name_is_spelled_where_all_names_are_and_nowhere_else(name: str, wanted: str) -> None:
    assert getattr(paths, name) == wanted
    spelled = {
        file.relative_to(ROOT).as_posix()
        for file in FILES
        if wanted in (text := file.read_text())
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and node.value == wanted
    }
    assert spelled == {"regscope/base/paths.py"}

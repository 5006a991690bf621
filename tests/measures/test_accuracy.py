"""Test accuracy has one owner of its name."""

from __future__ import annotations

import ast

from regscope.measures.catalog import ACCURACY
from tests.alone import ROOT


def test_the_name_of_test_accuracy_is_spelled_nowhere_but_by_its_task() -> None:
    spelled = {
        file.relative_to(ROOT).as_posix()
        for folder in ("regscope", "stages")
        for file in (ROOT / folder).rglob("*.py")
        if ACCURACY in (text := file.read_text())
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and node.value == ACCURACY
    }
    assert spelled == set()

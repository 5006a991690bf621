from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import regscope

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "numpy", "pandas", "scipy", "pydantic", "yaml", "regscope.study.params")


def test_importing_loads_nothing() -> None:
    code = f"import regscope, sys; print([name for name in {HEAVY} if name in sys.modules])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_comparing_needs_no_torch() -> None:
    code = "import regscope, sys; regscope.compare([1, 2], [2, 4]); print('torch' in sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("name", regscope.__all__)
def test_every_name_is_there_with_a_docstring(name: str) -> None:
    found = getattr(regscope, name)
    assert found.__name__ == name
    assert found.__doc__
    assert name in dir(regscope)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'regscope' has no attribute 'treasure'"):
        _ = regscope.treasure  # type: ignore[attr-defined]

"""The code on docs/library.md runs as it stands, block after block."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

import regscope

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "library.md"


def blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def test_the_code_runs(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # The page's own network begins anywhere, and some beginnings need more epochs.
    torch.manual_seed(0)
    shutil.copy(ROOT / "params.yaml", workspace)
    scope: dict[str, Any] = {"__name__": "__main__"}
    for number, block in enumerate(blocks()):
        exec(compile(block, f"{PAGE.name}, block {number}", "exec"), scope)
    assert scope["measured"].measures["accuracy"] > 0.8
    assert scope["compared"].seeds == 5
    assert "digits" in capsys.readouterr().out


def test_every_name_is_on_the_page() -> None:
    told = PAGE.read_text()
    for name in set(regscope.__all__) - {"Compared", "Measured", "Trained"}:
        assert f"`regscope.{name}" in told

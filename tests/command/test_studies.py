from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from regscope.base.errors import RegscopeError
from regscope.command.studies import activated

ROOT = Path(__file__).parents[2]


def test_only_the_active_study_changes() -> None:
    text = "# Switches.\nstudy: digits  # now\nreg: l1\nstudies:\n  study: {}\n"
    expected = "# Switches.\nstudy: mnist\nreg: l1\nstudies:\n  study: {}\n"
    assert activated(text, "mnist") == expected


@pytest.mark.parametrize("line", ['"study": digits', "study : digits", "? study\n: digits", "a: b"])
def test_a_study_that_cannot_be_put_in_is_refused(line: str) -> None:
    told = "^params.yaml: has no line `study: NAME` that can be replaced; .* set study to mnist by"
    with pytest.raises(RegscopeError, match=told):
        activated(f"{line}\nreg: l1\n", "mnist")


def test_a_block_under_study_is_not_torn() -> None:
    with pytest.raises(RegscopeError, match=r"^params\.yaml: "):
        activated("study:\n  digits\nreg: l1\n", "mnist")


def test_every_study_is_listed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "regscope", "studies"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == list(
        yaml.safe_load((ROOT / "params.yaml").read_text())["studies"]
    )

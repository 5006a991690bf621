from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

from regscope.command.studies import activated

ROOT = Path(__file__).parents[2]


def test_only_the_active_study_changes() -> None:
    text = "# Switches.\nstudy: digits  # now\nreg: l1\nstudies:\n  study: {}\n"
    expected = "# Switches.\nstudy: mnist\nreg: l1\nstudies:\n  study: {}\n"
    assert activated(text, "mnist") == expected


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

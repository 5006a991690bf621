"""The weights of tiny cells are those on record.

Bit for bit on every x86-64 processor by portable arithmetic, and nearly by the fastest kernels.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from regscope.numerics import NUMERICS_VERSION
from tests.processors import ARITHMETIC
from tests.training.golden import FILE
from tests.training.golden.cells import BITS, CASES, all_numbers

RECORD = json.loads(FILE.read_text())
ROOT = Path(__file__).parents[2]

CHANGED = (
    "the weights that this cell ends with are no longer those on record; if that is meant, raise"
    " NUMERICS_VERSION in regscope/numerics.py (so that every trained cell is trained anew) and"
    " write the record anew: python -m tests.training.golden"
)


@pytest.fixture(scope="module", params=["portable", "fastest"])
def now(request: pytest.FixtureRequest) -> dict[str, Any]:
    """All cells trained; where this process settled on another arithmetic, by one of their own."""
    if request.param == "fastest" == os.environ.get(ARITHMETIC, "fastest"):
        return {"portable": False, "cases": all_numbers()}
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.golden", "--show", request.param],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_record_is_of_this_version() -> None:
    assert RECORD["numerics_version"] == NUMERICS_VERSION, (
        "write the record anew: python -m tests.training.golden"
    )


def test_the_record_holds_every_cell() -> None:
    assert set(RECORD["cases"]) == set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_weights_are_those_on_record(case: str, now: dict[str, Any]) -> None:
    found, expected = dict(now["cases"][case]), dict(RECORD["cases"][case])
    bits, expected_bits = found.pop(BITS), expected.pop(BITS)
    assert set(found) == set(expected), CHANGED
    if now["portable"]:
        assert bits == expected_bits, CHANGED
    for name, values in found.items():
        # By other kernels rounding may turn a unit on or off for an example.
        size = expected[name][0]
        assert values == pytest.approx(expected[name], rel=2**-10, abs=2**-10 * size), (
            f"{name}: {CHANGED}"
        )

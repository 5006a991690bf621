"""The weights of tiny cells are those on record, whatever the machine, to a relative 1e-4."""

from __future__ import annotations

import json

import pytest

from regscope.datasets import Dataset
from regscope.numerics import NUMERICS_VERSION
from tests.training import golden

RECORD = json.loads(golden.FILE.read_text())

CHANGED = (
    "the weights that this cell ends with are no longer those on record; if that is meant, raise"
    " NUMERICS_VERSION in regscope/numerics.py (so that every trained cell is trained anew) and"
    " write the record anew: python -m tests.training.golden"
)


def test_the_record_is_of_this_version() -> None:
    assert RECORD["numerics_version"] == NUMERICS_VERSION, (
        "write the record anew: python -m tests.training.golden"
    )


def test_the_record_holds_every_cell() -> None:
    assert set(RECORD["cases"]) == set(golden.CASES)


@pytest.mark.parametrize("case", golden.CASES)
def test_weights_are_those_on_record(case: str, digits: Dataset, moons: Dataset) -> None:
    dataset = {"digits": digits, "moons": moons}[case.split()[0]]
    found, expected = golden.numbers(case, dataset), RECORD["cases"][case]
    assert set(found) == set(expected), CHANGED
    for name, values in found.items():
        size = expected[name][0]
        assert values == pytest.approx(expected[name], rel=1e-4, abs=1e-4 * size), (
            f"{name}: {CHANGED}"
        )

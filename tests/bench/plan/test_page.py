"""What the page says, by what was played."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench import readme
from bench.plan.page import check_table, duration, parts, scenario_table
from tests.bench.test_readme import HEAD, row


def played(workers: int, limit: str, seconds: float) -> dict[str, Any]:
    failing = [{"a_day": 0.004, "seconds": [seconds] * 3, "expected": expected}
               for expected in (0.0123, 25.4)]  # fmt: skip
    return {"workers": workers, "used": min(workers, 90), "stacks": 90, "even": seconds,
            "by_seconds": seconds - 1, "utilization": 0.256, "limit": limit, "failing": failing,
            "seconds": [seconds, seconds - 2, 2 * seconds]}  # fmt: skip


SCENARIO = {
    "title": "Every study",
    "studies": 1,
    "cells": 9,
    "networks": 90,
    "estimated": ["fashion"],
    "rows": [played(1, "work", 7300.0), played(4096, "longest stack", 100.0)],
}
CHECK = [
    {
        "workers": 2,
        "pool": {"measured": [100.0, 90.0], "simulated": 99.0},
        "busiest": {"measured": [80.0], "simulated": 76.0},
    }
]
FOUND = HEAD | {"recorded": 1234, "check": CHECK, "scenarios": {"studies": SCENARIO}}


@pytest.mark.parametrize(
    ("seconds", "words"), [(119.4, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2.0 h")]
)
def test_time_is_told_in_the_unit_that_fits(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_simulated_times_stand_beside_the_least_measured() -> None:
    found = [[cell.text for cell in line] for line in check_table(CHECK).rows]
    assert found == [
        ["2", "the whole pool, by the clock", "90.0, 100.0", "99.0", "10.0 %"],
        ["2", "the busiest worker's processor", "80.0", "76.0", "−5.0 %"],
    ]


def test_a_row_says_time_utilization_and_what_limits() -> None:
    one, many = ([cell.text for cell in line] for line in scenario_table(SCENARIO).rows)
    assert one[:6] == ["1", "1", "90", "2.0 h [2.0 h, 4.1 h]", "26 %", "the work"]
    assert many[:4] == ["4,096", "90", "90", "100 s [98 s, 3 min]"]
    assert many[5:7] == ["the longest stack", "99 s"]
    assert many[7:] == ["100 s (about 0.012)", "100 s (about 25)"]


def test_what_is_estimated_is_said() -> None:
    told = [part for part in parts(FOUND, Path("bench")) if isinstance(part, str)]
    assert any("1 studies, 9 cells, 90 networks. Of `fashion` an epoch is" in one for one in told)
    assert "](results/plan.png)" in "".join(told)


def test_it_is_a_section_of_the_page() -> None:
    block = readme.block({"plan": FOUND})
    assert "### The plan on more workers" in block
    assert row(block, "4,096")[1] == "90"

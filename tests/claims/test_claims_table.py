from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from regscope.claims.evidence import Evidence
from regscope.claims.verdicts import judge
from regscope.report.claims_table import claims_table, counts_line
from tests.claims import synthetic
from tests.claims.synthetic import claim, claims

NONE = np.array([0.900, 0.904, 0.908, 0.902, 0.906, 0.901])
NOISE = np.array([0.001, -0.001, 0.0005, -0.0005, 0.0008, -0.0008])
EVIDENCE = Evidence(
    synthetic.tables(
        {
            "test_accuracy": {
                "none": NONE,
                "l1": NONE + 0.02 + NOISE,
                "l2": NONE - NOISE,
                "slightly": NONE + 0.0005,
            },
            "weight_l2_norm": {"none": 20 + NOISE, "l1": 12 - NOISE},
        }
    )
)


def row(**changed: Any) -> list[str]:
    judged = judge(claims(claim(**changed)), {"digits": EVIDENCE})["claims"]
    (found,) = claims_table(judged).rows
    assert found[-1].verdict == judged[0]["verdict"]
    return [cell.text for cell in found]


@pytest.mark.parametrize(
    ("changed", "reported", "measured", "verdict"),
    [
        ({}, "–", "+2.00 points [+1.91, +2.09] from 90.35 %", "reproduced"),
        (
            {"reported": {"none": 0.9, "l1": 0.95}, "strength": "assumed"},
            "+5.00 points",
            "+2.00 points [+1.91, +2.09] from 90.35 %",
            "same direction (strength assumed)",
        ),
        (
            {"cell": ["l1", "l2"]},
            "–",
            "0.00 points [−0.09, +0.09] from 90.35 % (l2 against none)",
            "not separable (corrected p 1.000)",
        ),
        (
            {"cell": "slightly"},
            "–",
            "+0.05 points [+0.05, +0.05] from 90.35 %",
            "reproduced (by 0.5 % of the error)",
        ),
        (
            {"comparison": "value", "reported": {"l1": 0.99}},
            "99.00 %",
            "92.35 % [91.41, 93.29] (one new run)",
            "contradicted",
        ),
        (
            {"comparison": "at_least", "threshold": 0.5},
            "–",
            "92.35 % [91.99, 92.71]",
            "reproduced",
        ),
        (
            {"measure": "weight_l2_norm", "comparison": "lower"},
            "–",
            "−8.00 [−8.00, −8.00] from 20",
            "reproduced",
        ),
        (
            {"measure": "spread.test_accuracy", "cell": "l2"},
            "–",
            "×0.98 [×0.67, ×1.43]",
            "not separable (corrected p 1.000)",
        ),
        (
            {"study": "future", "reported": {"none": 0.9, "l1": 0.91}, "strength": "assumed"},
            "none 90.00 %, l1 91.00 %",
            "–",
            "not run",
        ),
        (
            {"study": "future", "measure": "test_loss", "reported": {"none": 2.347}},
            "none 2.347",
            "–",
            "not run",
        ),
    ],
)
def test_a_row_shows_what_was_printed_beside_what_was_measured(
    changed: dict[str, Any], reported: str, measured: str, verdict: str
) -> None:
    assert row(**changed) == [
        "000, Table 1", "L1 helps.", "test accuracy", reported, measured, verdict,
    ]  # fmt: skip


def test_counts_leave_out_verdicts_that_nothing_has() -> None:
    judged = judge(
        claims(claim(), claim(id="two", comparison="lower"), claim(id="three", study="future")),
        {"digits": EVIDENCE},
    )["claims"]
    assert counts_line(judged) == "3 claims: 1 reproduced, 1 contradicted, 1 not run."
    assert counts_line(judged[:1]) == "1 claim: 1 reproduced."
    assert counts_line([]) == "0 claims: none."

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from regscope.claims.evidence import Evidence
from regscope.claims.verdicts import judge
from regscope.report.claims_table import claims_table, corrections_table, counts_line
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
    assert found[1].verdict == judged[0]["verdict"]
    texts = [cell.text for cell in found]
    return [*texts[:4], *texts[5:]]


@pytest.mark.parametrize(
    ("changed", "reported", "measured", "verdict"),
    [
        ({}, "–", "+2.00 points [+1.91, +2.09] from 90.35 %", "reproduced"),
        (
            {"reported": {"none": 0.9, "l1": 0.95}, "assumed": "l1"},
            "+5.00 points",
            "+2.00 points [+1.91, +2.09] from 90.35 %",
            "same direction (strength assumed)",
        ),
        (
            {"cell": ["l1", "l2"]},
            "–",
            "0.00 points [−0.09, +0.09] from 90.35 % (l2 against none)",
            "no difference that matters",
        ),
        (
            {"cell": "slightly"},
            "–",
            "+0.05 points [+0.05, +0.05] from 90.35 %",
            "no difference that matters (edge)",
        ),
        (
            {"comparison": "value", "reported": {"l1": 0.99}},
            "99.00 %",
            "92.35 % [91.64, 93.06] (one new run; a shift of 1.00 points would be seen)",
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
            "undecided",
        ),
        (
            {"study": "future", "reported": {"none": 0.9, "l1": 0.91}, "assumed": "l1"},
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
        "L1 helps.", verdict, reported, measured, "test accuracy", "000, Table 1",
    ]  # fmt: skip


def test_counts_leave_out_verdicts_that_nothing_has() -> None:
    judged = judge(
        claims(claim(), claim(id="two", comparison="lower"), claim(id="three", study="future")),
        {"digits": EVIDENCE},
    )["claims"]
    assert (
        counts_line(judged)
        == "3 claims: 1 reproduced (1 firm), 1 contradicted (1 firm), 1 not run."
    )
    assert counts_line(judged[:1]) == "1 claim: 1 reproduced (1 firm)."
    assert counts_line([]) == "0 claims: none."


def test_a_row_names_its_family_and_both_corrections() -> None:
    judged = judge(claims(claim(), claim(id="two", cell="l2")), {"digits": EVIDENCE})["claims"]
    first = [cell.text for cell in corrections_table(judged).rows[0]]
    assert first == ["L1 helps.", "3 cells of digits in test_accuracy", "<0.001", "<0.001"]
    assert claims_table(judged).rows[0][4].text == "<0.001"


def test_what_was_not_run_has_no_family() -> None:
    judged = judge(claims(claim(), claim(id="two", study="future")), {"digits": EVIDENCE})["claims"]
    assert [len(table(judged).rows) for table in (claims_table, corrections_table)] == [2, 1]


def test_readings_share_a_row() -> None:
    written = claim(
        readings=[{"comparison": "lower", "measured_by": "read otherwise"}], hardly_fails="why"
    )
    judged = judge(claims(written), {"digits": EVIDENCE})["claims"]
    texts = [cell.text for cell in claims_table(judged).rows[0]]
    assert texts[5] == "test accuracy; or: read otherwise"
    assert texts[1] == ("depends on the reading (reproduced; or: contradicted, can hardly fail)")


def test_a_verdict_on_the_edge_is_marked_and_not_bold() -> None:
    shaky = synthetic.accuracies(
        none=NONE, l1=NONE + np.array([0.014, 0.002, 0.010, 0.002, 0.008, 0.001])
    )
    judged = judge(claims(claim()), {"digits": shaky})["claims"]
    cell = claims_table(judged).rows[0][1]
    assert (cell.text, cell.stands_out) == ("reproduced (edge)", False)

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from regscope.claims.comparisons import Finding
from regscope.claims.evidence import Evidence, Pair
from regscope.claims.rule import Rule
from regscope.claims.schema import Untestable
from regscope.claims.verdicts import counts, decisive, judge
from regscope.statistics import Interval, holm, paired_t_p
from tests.claims import synthetic
from tests.claims.synthetic import DOCUMENT, claim, claims

NONE = np.array([0.900, 0.904, 0.908, 0.902, 0.906, 0.901])
NOISE = np.array([0.001, -0.001, 0.0005, -0.0005, 0.0008, -0.0008])
EVIDENCE = synthetic.accuracies(
    none=NONE, l1=NONE + 0.02 + NOISE, l2=NONE + 0.0001 * NOISE / 0.001, dropout=NONE - 0.03 + NOISE
)


def judged(*entries: Any, evidence: Evidence = EVIDENCE, rule: Rule | None = None) -> Any:
    return judge(claims(*entries, rule=rule), {"digits": evidence})["claims"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "reproduced"),
        ({"reported": {"none": 0.90, "l1": 0.92}}, "reproduced"),
        ({"reported": {"none": 0.90, "l1": 0.99}}, "same direction"),
        ({"reported": {"none": 0.90, "l1": 0.99}, "sizes_compare": False}, "reproduced"),
        ({"reported": {"l1": 0.99}}, "reproduced"),
        ({"reported": {"none": 0.92, "l1": 0.90}}, "same direction"),
        ({"at_least": 0.01}, "reproduced"),
        ({"at_least": 0.03}, "same direction"),
        ({"comparison": "lower"}, "contradicted"),
        ({"cell": "l2"}, "not separable"),
        ({"cell": "l2", "comparison": "equal"}, "reproduced"),
        ({"comparison": "equal"}, "contradicted"),
        ({"comparison": "equal", "margin": 0.02}, "not separable"),
        ({"comparison": "highest", "against": ["none", "l2", "dropout"]}, "reproduced"),
        ({"comparison": "lowest", "against": ["none", "dropout"]}, "contradicted"),
        ({"comparison": "highest", "cell": "l2", "against": ["none", "dropout"]}, "not separable"),
        ({"comparison": "highest", "cell": "none", "against": ["l1", "dropout"]}, "contradicted"),
        ({"cell": ["l1", "dropout"]}, "contradicted"),
        ({"cell": ["l1", "l2"]}, "not separable"),
        ({"comparison": "at_least", "threshold": 0.9}, "reproduced"),
        ({"comparison": "at_most", "threshold": 0.9}, "contradicted"),
        ({"comparison": "at_least", "threshold": 0.9235}, "not separable"),
        ({"comparison": "value", "reported": {"l1": 0.925}}, "reproduced"),
        ({"comparison": "value", "reported": {"l1": 0.98}}, "contradicted"),
        ({"study": "future"}, "not run"),
        ({"cell": "batch_norm"}, "not run"),
    ],
)
def test_known_verdicts(changed: dict[str, Any], expected: str) -> None:
    (found,) = judged(claim(**changed))
    assert found["verdict"] == expected


def test_four_seeds_never_decide() -> None:
    evidence = synthetic.accuracies(none=NONE[:4], l1=NONE[:4] + 0.5 + NOISE[:4])
    (found,) = judged(claim(), evidence=evidence)
    assert found["p_holm"] < 0.001
    assert found["verdict"] == "not separable"
    assert found["note"] == "fewer than 5 seeds decide nothing"
    (found,) = judged(claim(), evidence=evidence, rule=Rule(fewest_seeds=4))
    assert found["verdict"] == "reproduced"


def test_an_entry_holds_everything_to_six_digits() -> None:
    written = claim(
        strength="assumed", unstated="the optimizer", reported={"none": 0.90, "l1": 0.99}
    )
    (found,) = judged(written)
    difference = 0.02 + NOISE
    assert found["effect"] == float(f"{difference.mean():.6g}")
    assert found["p"] == float(f"{paired_t_p(difference):.6g}")
    expected = {
        "id": "l1-better",
        "document": DOCUMENT,
        "section": "Table 1",
        "statement": "L1 helps.",
        "study": "digits",
        "cell": ["l1"],
        "against": ["none"],
        "measure": "test_accuracy",
        "of": None,
        "measured_by": "test accuracy",
        "comparison": "higher",
        "threshold": None,
        "reported": {"none": 0.90, "l1": 0.99},
        "decided_by": {"cell": "l1", "against": "none"},
        "reported_effect": 0.09,
        "against_mean": float(f"{NONE.mean():.6g}"),
        "seeds": 6,
        "verdict": "same direction",
    }
    assert {key: found[key] for key in expected} == expected
    assert set(found) - set(expected) == {"effect", "low", "high", "p", "p_holm", "note"}
    notes = found["note"].split("; ")
    assert notes[:2] == ["strength assumed", "unstated: the optimizer"]
    assert notes[2].startswith("new single runs would differ by 0.0")


def test_notes_say_what_a_reader_must_know() -> None:
    hard = claim(id="hard", cell=["l1", "dropout"])
    small = claim(id="small", at_least=0.03)
    itself = claim(id="itself", reported={"none": 0.92, "l1": 0.90}, sizes_compare=False)
    future = claim(id="future", study="future", strength="assumed")
    found = {entry["id"]: entry["note"] for entry in judged(hard, small, itself, future)}
    assert found == {
        "hard": "decided by the hardest of 2 comparisons",
        "small": "smaller than the promised 0.03",
        "itself": "the document's own figures point the other way",
        "future": "strength assumed; no results of the study future",
    }


def test_holm_is_over_the_claims_of_a_document_and_study_that_were_run() -> None:
    entries = [
        claim(),
        claim(id="l2", cell="l2"),
        claim(id="dropout", cell="dropout"),
        claim(id="missing", cell="batch_norm"),
        claim(id="other-study", study="other"),
        claim(id="other-document", document="001_other.txt"),
    ]
    found = {
        entry["id"]: entry
        for entry in judge(claims(*entries), {"digits": EVIDENCE, "other": EVIDENCE})["claims"]
    }
    family = ["l1-better", "l2", "dropout"]
    assert [found[name]["p_holm"] for name in family] == pytest.approx(
        holm([found[name]["p"] for name in family]), rel=1e-5
    )
    for name in ("other-study", "other-document"):
        assert found[name]["p_holm"] == found[name]["p"]
    assert found["missing"]["p_holm"] is None


def pair(effect: float, p_value: float, cell: str = "l1") -> Pair:
    interval = Interval(effect, effect, effect)
    return Pair(cell, "none", Finding(interval, interval, p_value, 10))


@pytest.mark.parametrize(
    ("found", "hardest", "p_value"),
    [
        ([pair(1, 0.01, "a"), pair(1, 0.04, "b"), pair(9, 0.02, "c")], "b", 0.04),
        ([pair(1, 1e-9, "a"), pair(-1, 0.9, "b")], "b", 1.0),
        ([pair(-1, 0.3, "a"), pair(-2, 0.01, "b"), pair(5, 0.001, "c")], "b", 0.03),
        ([pair(0, 1.0, "a"), pair(1, 0.5, "b")], "a", 1.0),
        ([pair(2, 0.0, "a"), pair(1, 0.0, "b")], "b", 0.0),
    ],
)
def test_the_hardest_comparison_decides(found: list[Pair], hardest: str, p_value: float) -> None:
    decided = decisive(found)
    assert decided.pair.cell == hardest
    assert decided.p_value == pytest.approx(p_value)
    assert decided.of == len(found)


def test_picking_the_worst_of_many_seldom_contradicts_by_chance() -> None:
    """A claim of ten equal cells: uncorrected, its worst comparison would do so often."""
    rng = np.random.default_rng(0)
    cells = [f"c{index}" for index in range(10)]
    contradicted = 0
    for _ in range(200):
        evidence = synthetic.accuracies(
            none=rng.normal(size=8), **{cell: rng.normal(size=8) for cell in cells}
        )
        (found,) = judged(claim(cell=cells), evidence=evidence)
        contradicted += found["verdict"] == "contradicted"
    assert contradicted <= 0.05 * 200


def test_untestable_statements_are_kept_with_their_reason() -> None:
    entry = Untestable(
        id="vague", document=DOCUMENT, section="1", statement="It is nice.", reason="Not a number."
    )
    found = judge(claims(untestable=[entry]), {})
    assert found["untestable"] == [
        {
            "id": "vague",
            "document": DOCUMENT,
            "section": "1",
            "statement": "It is nice.",
            "reason": "Not a number.",
        }
    ]


def test_counts_name_every_verdict() -> None:
    found = judged(claim(), claim(id="two", comparison="lower"), claim(id="three", study="future"))
    assert counts(found) == {
        "reproduced": 1,
        "same direction": 0,
        "not separable": 0,
        "contradicted": 1,
        "not run": 1,
    }

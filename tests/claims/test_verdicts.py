from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from regscope.claims.comparisons import Finding
from regscope.claims.decisive import decisive
from regscope.claims.evidence import Evidence, Pair
from regscope.claims.rule import Rule
from regscope.claims.schema import Untestable
from regscope.claims.verdicts import counts, judge
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
        ({"reported": {"none": 0.92, "l1": 0.90}, "sizes_compare": False}, "same direction"),
        ({"comparison": "lower", "cell": "dropout", "reported": {"none": 0.9, "dropout": 0.87}},
         "reproduced"),
        ({"comparison": "lower", "cell": "dropout", "reported": {"none": 0.9, "dropout": 0.9}},
         "same direction"),
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
)  # fmt: skip
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
        "title": "A paper",
    }
    assert {key: found[key] for key in expected} == expected
    assert set(found) - set(expected) == {"effect", "low", "high", "p", "p_holm", "note"}
    notes = found["note"].split("; ")
    assert notes[:2] == ["strength assumed", "unstated: the optimizer"]
    assert notes[2].startswith("new single runs would differ by 0.0")


def test_notes_say_what_a_reader_must_know() -> None:
    hard = claim(id="hard", cell=["l1", "dropout"])
    small = claim(id="small", reported={"none": 0.9, "l1": 0.9001})
    itself = claim(id="itself", reported={"none": 0.92, "l1": 0.90}, sizes_compare=False)
    future = claim(id="future", study="future", strength="assumed")
    none = claim(id="none", reported={"none": 0.92, "l1": 0.92}, sizes_compare=False)
    wide = claim(id="wide", comparison="value", reported={"l1": 0.925})
    rule = Rule(widest_fraction=0.001)
    found = {
        entry["id"]: entry["note"]
        for entry in judged(hard, small, itself, none, wide, future, rule=rule)
    }
    assert found == {
        "hard": "decided by the hardest of 2 comparisons",
        "small": "new single runs would differ by 0.0082 to 0.0318",
        "itself": "the document's own figures point the other way",
        "none": "the document's own figures show no difference",
        "wide": "one new run may differ by 0.0094, and 0.001 is the most that counts",
        "future": "strength assumed; no results of the study future",
    }


@pytest.mark.parametrize(("comparison", "sign"), [("highest", 1), ("lowest", -1)])
def test_the_sizes_of_all_comparisons_must_fit_and_not_of_the_deciding_one_only(
    comparison: str, sign: int
) -> None:
    evidence = synthetic.accuracies(
        none=NONE, l1=NONE + sign * (0.02 + NOISE), dropout=NONE - sign * (0.03 + NOISE)
    )
    printed = {"none": 0.90, "l1": 0.90 + sign * 0.02, "dropout": 0.90 - sign * 0.03}
    written = claim(comparison=comparison, against=["none", "dropout"], reported=printed)
    (found,) = judged(written, evidence=evidence)
    assert found["verdict"] == "reproduced"
    printed["dropout" if found["decided_by"]["against"] == "none" else "none"] = 0.5 + sign * 0.4
    written = claim(comparison=comparison, against=["none", "dropout"], reported=printed)
    (found,) = judged(written, evidence=evidence)
    assert found["verdict"] == "same direction"
    other = "dropout" if found["decided_by"]["against"] == "none" else "none"
    assert f"l1 against {other}: new single runs would differ by" in found["note"]


def test_a_note_says_where_the_number_of_seeds_keeps_a_claim_undecided() -> None:
    """Five times the spread in every order there is: five seeds cannot, ten can."""
    pattern = np.array([0.0, 4.0, 1.0, 3.0, 2.0, 7.0, 5.0, 9.0, 6.0, 8.0]) / 1000
    wiggle = np.array([1.0, -2.0, 2.0, -1.0, 0.5, -0.5, 1.5, -1.5, 0.7, -0.7]) / 1e5
    asked = [
        claim(id=name, measure="spread.test_accuracy", comparison="lower")
        for name in ("one", "two", "three")
    ]
    notes = {}
    for seeds in (5, 10):
        evidence = synthetic.accuracies(
            none=0.9 + 5 * pattern[:seeds], l1=0.9 + pattern[:seeds] + wiggle[:seeds]
        )
        for of in (1, 3):
            first = judged(*asked[:of], evidence=evidence)[0]
            notes[seeds, of] = first["verdict"], first["note"]
    assert notes == {
        (5, 1): ("reproduced", ""),
        (5, 3): (
            "not separable",
            "these 5 seeds cannot decide this: p is 0.017 or more, corrected 0.05 or more",
        ),
        (10, 1): ("reproduced", ""),
        (10, 3): ("reproduced", ""),
    }


def test_five_equal_seeds_cannot_decide_a_level_and_ten_can() -> None:
    level = claim(measure="zero_fraction", comparison="at_most", threshold=0.001)
    found = {
        seeds: judged(
            level, evidence=Evidence(synthetic.tables({"zero_fraction": {"l1": [0.0] * seeds}}))
        )[0]
        for seeds in (5, 10)
    }
    assert found[5]["verdict"] == "not separable"
    assert found[5]["note"] == (
        "these 5 seeds cannot decide this: p is 0.062 or more, corrected 0.062 or more"
    )
    assert found[10]["verdict"] == "reproduced"


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
    assert decided.found == found


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

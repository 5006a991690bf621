from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from regscope.claims import parts
from regscope.claims.comparisons import Finding
from regscope.claims.decisive import decisive
from regscope.claims.evidence import Evidence, Pair
from regscope.claims.parts import ask
from regscope.claims.rule import VERDICTS, Rule
from regscope.claims.schema import Untestable
from regscope.claims.verdicts import counts, judge
from regscope.statistics import Interval, compare, holm, holm_of_family, new_run, paired_t_p
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
        ({"cell": "l2"}, "no difference that matters"),
        ({"cell": "l2", "comparison": "equal"}, "reproduced"),
        ({"comparison": "equal"}, "contradicted"),
        ({"comparison": "equal", "margin": 0.02}, "undecided"),
        ({"comparison": "highest", "against": ["none", "l2", "dropout"]}, "reproduced"),
        ({"comparison": "lowest", "against": ["none", "dropout"]}, "contradicted"),
        ({"comparison": "highest", "cell": "l2", "against": ["none", "dropout"]},
         "no difference that matters"),
        ({"comparison": "highest", "cell": "none", "against": ["l1", "dropout"]}, "contradicted"),
        ({"cell": ["l1", "dropout"]}, "contradicted"),
        ({"cell": ["l1", "l2"]}, "no difference that matters"),
        ({"comparison": "at_least", "threshold": 0.9}, "reproduced"),
        ({"comparison": "at_most", "threshold": 0.9}, "contradicted"),
        ({"comparison": "at_least", "threshold": 0.9235}, "undecided"),
        ({"comparison": "value", "reported": {"l1": 0.925}}, "compatible, says little"),
        ({"comparison": "value", "reported": {"l1": 0.98}}, "contradicted"),
        ({"comparison": "value", "reported": {"l1": 0.98}, "unstated": "epochs"},
         "not in the setting assumed"),
        ({"comparison": "lower", "assumed": "l1"}, "not at the strength assumed"),
        ({"comparison": "lower", "unstated": "epochs"}, "not in the setting assumed"),
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
    assert (found["verdict"], found["firm"]) == ("undecided", None)
    assert found["note"] == "fewer than 5 seeds decide nothing"
    (found,) = judged(claim(), evidence=evidence, rule=Rule(fewest_seeds=4))
    assert found["verdict"] == "reproduced"


def test_an_entry_holds_everything_to_six_digits() -> None:
    written = claim(assumed="l1", unstated="the optimizer", reported={"none": 0.90, "l1": 0.99})
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
        "family": "3 cells of digits in test_accuracy",
        "shift": None,
        "excluded": None,
        "says": "same direction",
        "other_readings": [],
        "assumed": ["l1"],
        "unstated": "the optimizer",
        "departs": "",
        "hardly_fails": "",
        "set_knowing": "",
        "headline": False,
        "reported_effect": 0.09,
        "against_mean": float(f"{NONE.mean():.6g}"),
        "seeds": 6,
        "verdict": "same direction",
        "firm": True,
        "title": "A paper",
    }
    assert {key: found[key] for key in expected} == expected
    assert set(found) - set(expected) == {"effect", "low", "high", "p", "p_holm", "q", "note"}
    assert found["note"].startswith("new single runs would differ by 0.0")


def test_notes_say_what_a_reader_must_know() -> None:
    hard = claim(id="hard", cell=["l1", "dropout"])
    small = claim(id="small", reported={"none": 0.9, "l1": 0.9001})
    itself = claim(id="itself", reported={"none": 0.92, "l1": 0.90}, sizes_compare=False)
    future = claim(id="future", study="future")
    equal = claim(id="equal", cell="slightly")
    none = claim(id="none", reported={"none": 0.92, "l1": 0.92}, sizes_compare=False)
    value = claim(id="value", comparison="value", reported={"l1": 0.925})
    evidence = synthetic.accuracies(
        none=NONE,
        l1=NONE + 0.02 + NOISE,
        dropout=NONE - 0.03 + NOISE,
        slightly=NONE + NOISE + 0.002,
    )
    found = {
        entry["id"]: entry["note"]
        for entry in judged(hard, small, itself, none, value, future, equal, evidence=evidence)
    }
    assert found == {
        "hard": "decided by the hardest of 2 comparisons",
        "small": "new single runs would differ by 0.0082 to 0.0318",
        "itself": "the document's own figures point the other way",
        "none": "the document's own figures show no difference",
        "value": "a shift of 0.0105 would have been seen with probability 0.8; 1 of the document's"
        " 1 other values lie outside",
        "future": "no results of the study future",
        "equal": "there is a difference, certain and too small to matter",
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
            "undecided",
            "these 5 seeds cannot decide this: p is 0.017 or more, corrected 0.05 or more",
        ),
        (10, 1): ("reproduced", ""),
        (10, 3): ("reproduced", ""),
    }


def test_a_deterministic_level_is_no_matter_for_a_test() -> None:
    """Five seeds that all say 0 say it as surely as ten, where there is a reason."""
    level = claim(
        measure="zero_fraction", comparison="at_most", threshold=0.001, deterministic="a reason"
    )
    kept = {"measure": "zero_fraction", "threshold": 0.001}
    wrong = claim(id="wrong", comparison="at_least", deterministic="a reason", assumed="l1", **kept)
    tested = claim(id="tested", comparison="at_most", **kept)
    evidence = Evidence(synthetic.tables({"zero_fraction": {"l1": [0.0] * 5}}))
    first, second, third = judged(level, wrong, tested, evidence=evidence)
    assert (first["verdict"], first["p"], first["q"], first["firm"]) == (
        "reproduced", None, None, True,
    )  # fmt: skip
    assert first["note"] == "a reason"
    assert second["verdict"] == "contradicted"
    assert third["verdict"] == "undecided"
    assert third["note"] == (
        "these 5 seeds cannot decide this: p is 0.062 or more, corrected 0.062 or more"
    )


def test_what_is_said_to_be_the_same_and_is_not_is_not_run() -> None:
    level = claim(comparison="at_least", threshold=0.5, deterministic="a reason")
    (found,) = judged(level)
    assert (found["verdict"], found["note"]) == (
        "not run", "said to be the same in every seed, and differs in l1",
    )  # fmt: skip


def test_a_row_of_the_study_keeps_its_verdict_whatever_else_a_document_says() -> None:
    """p .03 of one cell of three: not so small after Holm, though the claim stands alone."""
    rng = np.random.default_rng(3)
    lift = rng.normal(0.003, 0.003, 10)
    evidence = synthetic.accuracies(
        none=np.full(10, 0.9) + rng.normal(0, 0.01, 10),
        l1=np.zeros(10),
        l2=np.zeros(10),
    )
    seeds = evidence.results.seeds
    base = seeds.loc[seeds["reg"] == "none", "test_accuracy"].to_numpy()
    seeds.loc[seeds["reg"] == "l1", "test_accuracy"] = base + lift
    seeds.loc[seeds["reg"] == "l2", "test_accuracy"] = base + rng.normal(0, 0.003, 10)
    (alone,) = judged(claim(), evidence=evidence)
    others = [claim(id=f"c{index}", comparison="at_least", threshold=0.8) for index in range(5)]
    crowded = judged(claim(), *others, evidence=evidence)[0]
    expected = holm_of_family([compare(base + lift, base), compare(_of(seeds, "l2"), base)])[0][0]
    assert alone["p_holm"] == crowded["p_holm"] == float(f"{expected:.6g}")
    assert alone["family"] == "2 cells of digits in test_accuracy"


def _of(seeds: Any, reg: str) -> np.ndarray:
    found: np.ndarray = seeds.loc[seeds["reg"] == reg, "test_accuracy"].to_numpy()
    return found


def test_a_sentence_with_two_readings_is_one_claim() -> None:
    both = claim(readings=[{"comparison": "lower", "measured_by": "the other way"}])
    same = claim(id="same", readings=[{"against": "dropout", "measured_by": "against dropout"}])
    found, agreed = judged(both, same)
    assert found["verdict"] == "depends on the reading"
    assert found["says"] == "reproduced"
    (other,) = found["other_readings"]
    assert (other["says"], other["measured_by"]) == ("contradicted", "the other way")
    assert agreed["verdict"] == "reproduced"
    assert counts([found, agreed])["depends on the reading"] == 1


def test_a_value_inside_is_reproduced_where_the_documents_others_lie_outside() -> None:
    value = claim(comparison="value", reported={"l1": 0.925})
    near = claim(id="near", comparison="value", cell="l2", reported={"l2": 0.92})
    far = claim(id="far", comparison="value", cell="dropout", reported={"dropout": 0.87})
    assert judged(value, near)[0]["verdict"] == "compatible, says little"
    found = judged(value, far)[0]
    assert (found["verdict"], found["excluded"]) == ("reproduced", ["dropout"])
    assert found["shift"] == pytest.approx(0.0094, abs=0.002)


def test_false_discovery_rates_are_over_all_readings_that_were_tested() -> None:
    entries = [claim(), claim(id="two", cell="dropout"), claim(id="three", study="future")]
    found = judged(*entries)
    p = [found[0]["p"], found[1]["p"]]
    expected = stats.false_discovery_control(p)
    assert [one["q"] for one in found[:2]] == pytest.approx(list(expected), rel=1e-5)
    assert found[2]["q"] is None


def test_one_seed_that_carries_a_verdict_puts_it_on_the_edge() -> None:
    steady = synthetic.accuracies(none=NONE, l1=NONE + 0.02 + NOISE)
    shaky = synthetic.accuracies(
        none=NONE, l1=NONE + np.array([0.014, 0.002, 0.010, 0.002, 0.008, 0.001])
    )
    assert judged(claim(), evidence=steady)[0]["firm"] is True
    (found,) = judged(claim(), evidence=shaky)
    assert (found["verdict"], found["firm"]) == ("reproduced", False)


def test_a_published_value_that_lies_inside_by_a_test_example_is_on_the_edge() -> None:
    """An accuracy is a multiple of .0001, and so far from the end of the interval."""
    rng = np.random.default_rng(0)
    seeds = np.round(rng.normal(0.9192, 0.0015, 10), 4)
    evidence = synthetic.accuracies(none=seeds + 0.0145, dropout=seeds)
    high = new_run(seeds, [seeds]).interval().high
    other = claim(id="none", comparison="value", cell="none", reported={"none": 0.9293})
    for inside, firm in ((0.0001, False), (0.002, True)):
        value = claim(comparison="value", cell="dropout", reported={"dropout": high - inside})
        found = judged(value, other, evidence=evidence)[0]
        assert (found["verdict"], found["firm"]) == ("reproduced", firm)


def test_what_is_no_row_is_corrected_over_the_documents_claims_on_the_study() -> None:
    level = {"comparison": "at_least", "threshold": 0.9}
    entries = [
        claim(**level),
        claim(id="l2", cell="l2", **level),
        claim(id="against", cell="dropout", against="l1"),
        claim(id="row"),
        claim(id="value", comparison="value", reported={"l1": 0.9}),
        claim(id="missing", cell="batch_norm", **level),
        claim(id="other-study", study="other", **level),
        claim(id="other-document", document="001_other.txt", **level),
    ]
    found = {
        entry["id"]: entry
        for entry in judge(claims(*entries), {"digits": EVIDENCE, "other": EVIDENCE})["claims"]
    }
    family = ["l1-better", "l2", "against"]
    assert [found[name]["p_holm"] for name in family] == pytest.approx(
        holm([found[name]["p"] for name in family]), rel=1e-5
    )
    for name in ("other-study", "other-document", "value"):
        assert found[name]["p_holm"] == found[name]["p"]
    assert found["missing"]["p_holm"] is None
    assert found["against"]["family"] == "3 other comparisons of the document on digits"
    assert found["value"]["family"] == "1 published value of test_accuracy"


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
    for _ in range(100):
        evidence = {
            "digits": synthetic.accuracies(
                none=rng.normal(size=8), **{cell: rng.normal(size=8) for cell in cells}
            )
        }
        questions, _ = ask([claim(cell=cells)], evidence, Rule())
        (part,) = parts.judged(questions, evidence, Rule()).values()
        contradicted += part.word == "opposite"
    assert contradicted <= 0.05 * 100


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
    expected = {"reproduced": 1, "contradicted": 1, "not run": 1}
    counted = counts(found)
    assert counted.pop("firm") == {
        verdict: expected.get(verdict, 0) for verdict in VERDICTS if verdict != "not run"
    }
    assert counted == {verdict: expected.get(verdict, 0) for verdict in VERDICTS}

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.claims.check import Contrast
from regscope.claims.reading import load_claims
from regscope.claims.rule import Rule
from regscope.claims.schema import Untestable
from regscope.study.params import load_params
from tests.claims import synthetic
from tests.claims.synthetic import entry, group

FIRST_MEASURES = (
    "test_accuracy, test_loss, train_accuracy, train_loss, generalization_gap, loss_gap,"
    " top5_accuracy, expected_calibration_error, brier_score, balanced_accuracy, roc_auc,"
    " average_precision, ... (42 more)"
)


VAGUE = {
    "id": "vague", "section": "2", "statement": "It is nice.", "reason": "Not a number.",
}  # fmt: skip


def refused() -> str:
    with pytest.raises(RegscopeError) as error:
        load_claims(load_params())
    return str(error.value)


KEYS = "id, section, statement, check, measured_by, readings, hardly_fails, set_knowing, headline"
CONTRAST = "comparison, measure, layer, pair, at, cell, reported, against, sizes_compare"
LEVEL = {"measure": "test_accuracy", "comparison": "at_least", "cell": "l1"}

REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"id": "L1 better"}, "L1 better: id = L1 better: must be lower-case words joined by hyphens"),
    (
        {"document": "x.txt"},
        f"l1-better: document = x.txt: unknown key; known here: {KEYS}",
    ),
    ({"section": None}, "l1-better: section: must be given"),
    ({"section": 3.1}, "l1-better: section = 3.1: must be text; put a number in quotes"),
    ({"statement": ""}, "l1-better: statement = : must be text; put a number in quotes"),
    ({"measured_by": None}, "l1-better: measured_by: must be given with measure test_accuracy"),
    ({"measure": "f1"}, f"l1-better: check.measure = f1: choose from: {FIRST_MEASURES}"),
    (
        {"measure": "units.size"},
        "l1-better: check.measure = units.size: choose from: units.correlation,"
        " units.effective_rank, units.dead_fraction, units.mean_activation",
    ),
    (
        {"cell": "l3"},
        "l1-better: check.cell = l3: choose from: none, l1, l2, dropout",
    ),
    (
        {"cell": ["l1", "mixup"]},
        "l1-better: check.cell = mixup: choose from: none, l1, l2, dropout",
    ),
    ({"cell": []}, "l1-better: check.cell = []: must be a list of at least 1"),
    (
        {"against": "l3"},
        "l1-better: check.against = l3: choose from: none, l1, l2, dropout",
    ),
    ({"against": ["none", "l1"]}, "l1-better: check.against = l1: is in cell too"),
    (
        {"comparison": "better"},
        "l1-better: check.comparison = better: choose from: higher, lower, highest, lowest, equal,"
        " at_least, at_most, value",
    ),
    (
        {"comparison": "highest", "against": "none"},
        "l1-better: check.against = none: must be a list of at least 2",
    ),
    (
        {"comparison": "at_least"},
        "l1-better: check.threshold: must be given",
    ),
    (
        {"threshold": 0.5},
        f"l1-better: check.threshold = 0.5: unknown key; known here: {CONTRAST}",
    ),
    (
        {"margin": 0.01},
        f"l1-better: check.margin = 0.01: unknown key; known here: {CONTRAST}",
    ),
    (
        {"comparison": "at_most", "threshold": 1, "against": "none"},
        "l1-better: check.against = none: unknown key; known here: comparison, measure, layer,"
        " pair, at, cell, threshold, deterministic",
    ),
    (
        {"comparison": "value"},
        "l1-better: check.reported: must be one value, of l1: the group has none in `published`",
    ),
    (
        {"comparison": "value", "reported": {"l2": 0.9}},
        "l1-better: check.reported.l2 = 0.9: no cell that is compared here",
    ),
    (
        {"comparison": "value", "cell": ["l1", "l2"]},
        "l1-better: check.cell = [l1, l2]: must be a list of at most 1",
    ),
    (
        {"reported": {"l2": 0.9}},
        "l1-better: check.reported.l2 = 0.9: no cell that is compared here",
    ),
    (
        {"comparison": "value", "reported": {"l1": 93.1}},
        "l1-better: check.reported.l1 = 93.1: must be from 0 to 1",
    ),
    (
        {"measure": "generalization_gap", "reported": {"l1": -1.5}},
        "l1-better: check.reported.l1 = -1.5: must be from -1 to 1",
    ),
    (
        {"measure": "test_loss", "reported": {"l1": -0.1}},
        "l1-better: check.reported.l1 = -0.1: must be at least 0",
    ),
    (
        {"measure": "spread.weight_mean", "reported": {"l1": -0.1}},
        "l1-better: check.reported.l1 = -0.1: must be at least 0",
    ),
    (
        {"comparison": "at_most", "threshold": 90},
        "l1-better: check.threshold = 90.0: must be from 0 to 1",
    ),
    ({"reported": {"l1": "93 %"}}, "l1-better: check.reported.l1 = 93 %: must be a number"),
    (
        {"measure": "layers.std"},
        "l1-better: check.layer: must be given with measure layers.std",
    ),
    (
        {"measure": "layers.std", "layer": "conv1"},
        "l1-better: check.layer = conv1: study digits has: hidden1, output",
    ),
    ({"layer": "hidden1"}, "l1-better: check.layer = hidden1: goes with no measure test_accuracy"),
    ({"pair": [3, 5]}, "l1-better: check.pair = [3, 5]: goes with no measure test_accuracy"),
    (
        {"measure": "confused.excess", "pair": [3, 5]},
        "l1-better: check.comparison = higher: choose from: at_least",
    ),
    (
        {"measure": "confused.excess", "pair": [3], "comparison": "at_least", "threshold": 0},
        "l1-better: check.pair: needs another entry",
    ),
    (
        {"measure": "confused.excess", "pair": [3, 5], "comparison": "at_least", "threshold": 2},
        "l1-better: check.threshold = 2.0: must be 0, the mean pair",
    ),
    (
        {"measure": "spread.test_loss", "comparison": "equal"},
        "l1-better: check.comparison = equal: choose from: higher, lower, highest, lowest",
    ),
    (
        {"measure": "paths.test_loss"},
        "l1-better: check.at: must be given with measure paths.test_loss",
    ),
    (
        {"measure": "paths.test_loss", "at": "weakest"},
        "l1-better: check.at = weakest: choose from: best, strongest",
    ),
    (
        {"measure": "paths.test_loss", "at": "best", "against": "l2"},
        "l1-better: check.against = l2: a path is held against strength 0: none",
    ),
    (
        {"deterministic": "why"},
        f"l1-better: check.deterministic = why: unknown key; known here: {CONTRAST}",
    ),
    (
        {"readings": [{"statement": "other", "measured_by": "x"}]},
        "l1-better: readings.0.statement = other: unknown key; known here: check, measured_by",
    ),
    ({"readings": [{"measured_by": "x"}]}, "l1-better: readings.0.check: must be given"),
    (
        {"readings": [{"check": {"measure": "test_accuracy", "cell": "l1"}}]},
        "l1-better: readings.0.check.comparison: must be given; choose from: higher, lower,"
        " highest, lowest, equal, at_least, at_most, value",
    ),
    (
        {"readings": [{"check": LEVEL, "measured_by": "x"}]},
        "l1-better: readings.0.check.threshold: must be given",
    ),
    ({"reportd": {}}, f"l1-better: reportd: unknown key; known here: {KEYS}"),
]


@pytest.mark.parametrize(
    ("changed", "text"), REFUSALS, ids=[text.partition(":")[2][:40] for _, text in REFUSALS]
)
def test_a_wrong_entry_is_one_line(changed: dict[str, Any], text: str, workspace: Path) -> None:
    synthetic.write(group(entry(**changed)))
    assert refused() == f"claims.yaml: {text}"


def test_a_good_file_is_read_whole(workspace: Path) -> None:
    synthetic.write(
        group(
            entry(),
            entry(
                id="pair",
                measure="confused.excess",
                pair=[3, 5],
                comparison="at_least",
                threshold=0,
            ),
            unstated="epochs",
            untestable=[VAGUE],
        ),
        group(entry(id="later", cell="l2", layer="conv9", measure="layers.std"), study="future"),
        group(entry(id="absent", cell="l2"), study="other"),
        rule={"significance": 0.01},
    )
    found = load_claims(load_params())
    assert found.rule == Rule(significance=0.01)
    assert [(claim.id, claim.study, claim.unstated) for claim in found.claims] == [
        ("l1-better", "digits", "epochs"),
        ("pair", "digits", "epochs"),
        ("later", "future", ""),
        ("absent", "other", ""),
    ]
    assert {claim.document for claim in found.claims} == {synthetic.DOCUMENT}
    assert found.claims[0].check.cell == ("l1",)
    assert found.claims[0].check.others == ("none",)
    assert found.claims[1].check.pair == ("3", "5")
    assert found.untestable == (Untestable(**VAGUE, document=synthetic.DOCUMENT),)


def test_a_strength_is_assumed_of_the_cells_that_a_claim_compares(workspace: Path) -> None:
    level = {"measure": "test_accuracy", "comparison": "higher", "cell": "dropout"}
    synthetic.write(
        group(
            entry(id="alone"),
            entry(id="both", against=["l2", "none"]),
            entry(id="other", cell="dropout"),
            entry(id="read", readings=[{"check": level | {"against": "l2"}, "measured_by": "x"}]),
            assumed=["l2", "l1"],
        )
    )
    found = [claim.assumed for claim in load_claims(load_params()).claims]
    assert found == [("l1",), ("l2", "l1"), (), ("l2", "l1")]


def test_words_come_from_the_nearest_place(workspace: Path) -> None:
    """Its own, of a single value the table's, the group's, and the file's."""
    words = {"test_accuracy": "file", "test_loss": "file"}
    table = {"measure": "test_accuracy", "section": "1", "runs": {"l1": 0.9}, "measured_by": "run"}
    synthetic.write(
        group(
            entry(id="own", measured_by="own"),
            entry(id="group", measured_by=None),
            entry(id="file", measured_by=None, measure="test_loss"),
            entry(id="table", measured_by=None, comparison="value"),
            published=[table],
            measured_by={"test_accuracy": "group"},
        ),
        group(entry(id="none", measured_by=None), study="other"),
        measured_by=words,
    )
    found = {claim.id: claim.measured_by for claim in load_claims(load_params()).claims}
    assert found == {
        "own": "own", "group": "group", "file": "file", "table": "run", "none": "file",
    }  # fmt: skip


def test_figures_come_from_what_is_published(workspace: Path) -> None:
    """Where every cell that is compared stands there, and the entry prints none of its own."""
    runs = {"none": 0.9, "l2": 0.8, "l1": 0.95}
    table = {"measure": "test_accuracy", "section": "Table 1", "runs": runs}
    synthetic.write(
        group(
            entry(id="value", comparison="value"),
            entry(id="less"),
            entry(id="penalized", cell="l2"),
            entry(id="more", cell="dropout"),
            entry(id="own", reported={"l1": 0.94}),
            entry(id="level", comparison="at_least", threshold=0.5),
            entry(id="loss", measure="test_loss"),
            published=[table | {"measured_otherwise": "l2"}],
        )
    )
    found = {claim.id: claim.check for claim in load_claims(load_params()).claims}
    assert {name: dict(check.printed) for name, check in found.items()} == {
        "value": {"l1": 0.95},
        "less": {"none": 0.9, "l1": 0.95},
        "penalized": {"none": 0.9, "l2": 0.8},
        "more": {},
        "own": {"l1": 0.94},
        "level": {},
        "loss": {},
    }
    compare = {
        name: check.sizes_compare for name, check in found.items() if isinstance(check, Contrast)
    }
    assert compare == {
        "less": True, "penalized": False, "more": True, "own": True, "loss": True,
    }  # fmt: skip


def test_no_claims_are_allowed(workspace: Path) -> None:
    synthetic.write()
    assert load_claims(load_params()).claims == ()


TABLE = {"measure": "test_accuracy", "section": "Table 1", "runs": {"l1": 0.9}}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"claims": [entry(), entry()]}, "l1-better: id = l1-better: stands 2 times; every id once"),
    (
        {"claims": [entry(headline=True), entry(id="other", headline=True)]},
        f"{synthetic.DOCUMENT}: headline = true: of 2 claims; of a document one at most",
    ),
    (
        {"claims": [entry()], "untestable": [VAGUE | {"id": "l1-better"}]},
        "l1-better: id = l1-better: stands 2 times; every id once",
    ),
    ({"claims": [entry(), entry(id=None)]}, "groups.0.claims.1.id: must be given"),
    ({"claims": ["L1 helps."]}, "groups.0.claims.0 = L1 helps.: must be a mapping"),
    ({"claims": None}, "groups.0.claims = null: must be a list"),
    ({"untestable": [{"id": "vague"}]}, "vague: must be given: section, statement, reason"),
    ({"document": "x.txt"}, "groups.0.document = x.txt: choose from: 000_paper.txt"),
    ({"study": "cifar"}, "groups.0.study = cifar: choose from: digits, other, future, all tables"),
    ({"assumed": "l3"}, "groups.0.assumed = l3: choose from: none, l1, l2, dropout"),
    ({"unstated": 3}, "groups.0.unstated = 3: must be text; put a number in quotes"),
    (
        {"measured_by": {"units.size": "x"}},
        "groups.0.measured_by = units.size: choose from: units.correlation, units.effective_rank,"
        " units.dead_fraction, units.mean_activation",
    ),
    (
        {"published": [TABLE | {"runs": {"l1": 92.93}}]},
        "groups.0.published.0.runs.l1 = 92.93: must be from 0 to 1",
    ),
    (
        {"published": [TABLE | {"runs": {"l3": 0.9}}]},
        "groups.0.published.0.runs = l3: choose from: none, l1, l2, dropout",
    ),
    (
        {"published": [TABLE | {"measured_otherwise": "l2"}]},
        "groups.0.published.0.measured_otherwise = l2: choose from: l1",
    ),
    (
        {"published": [TABLE, TABLE]},
        "groups.0.published.1.measure = test_accuracy: stands there twice",
    ),
    (
        {"published": [TABLE | {"measure": "weight_std", "unstated": "all"}]},
        "groups.0.published.0.measure = weight_std: with `unstated`, choose from: test_accuracy,"
        " test_loss, train_loss",
    ),
    (
        {"name": "x"},
        "groups.0.name = x: unknown key; known here: document, study, assumed, unstated, departs,"
        " published, measured_by, claims, untestable",
    ),
]


@pytest.mark.parametrize(
    ("changed", "text"), REFUSED, ids=[text.partition(" =")[0][:40] for _, text in REFUSED]
)
def test_a_wrong_group_is_one_line(changed: dict[str, Any], text: str, workspace: Path) -> None:
    synthetic.write(group(**changed))
    assert refused() == f"claims.yaml: {text}"


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (
            {"published": [TABLE | {"measure": "advice.test_accuracy", "runs": {"l3": 0.9}}]},
            "groups.0.published.0.runs = l3: choose from: none, activity_l1, adversarial,",
        ),
        (
            {"claims": [entry(measure="advice.test_accuracy", cell="tree")]},
            "l1-better: check.cell = tree: choose from: trees, none,",
        ),
        (
            {"claims": [entry(measure="advice.ahead", cell="cocktail")]},
            "l1-better: check.measure = advice.ahead: advice.ahead goes with all tables alone",
        ),
        (
            {"study": "all tables", "claims": [entry()]},
            "l1-better: check.measure = test_accuracy: advice.ahead goes with all tables alone",
        ),
        (
            {"claims": [entry(measure="advice.test_accuracy", comparison="value", cell="l1")]},
            "l1-better: check.comparison = value: choose from: higher, lower, highest, lowest,",
        ),
    ],
)
def test_what_advice_does_not_have_is_refused(
    changed: dict[str, Any], text: str, workspace: Path
) -> None:
    synthetic.write(group(**changed))
    assert refused().startswith(f"claims.yaml: {text}")


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ({"rule": {"level": 95}}, "rule.level = 95: must be less than 1"),
        (
            {"rule": {"alpha": 0.05}},
            "rule.alpha = 0.05: unknown key; known here: level, significance, fewest_seeds,"
            " equivalence_margin, telling",
        ),
        ({"groups": None}, "groups = null: must be a list"),
        ({"groups": ["L1 helps."]}, "groups.0 = L1 helps.: must be a mapping"),
        (
            {"documents": {}, "groups": [group()]},
            "groups.0.document = 000_paper.txt: there is nothing to choose",
        ),
    ],
)
def test_a_wrong_file_is_one_line(header: dict[str, Any], text: str, workspace: Path) -> None:
    synthetic.write(**header)
    assert refused() == f"claims.yaml: {text}"


def test_a_file_that_is_not_there_or_no_yaml_is_one_line(workspace: Path) -> None:
    synthetic.write()
    paths.CLAIMS_FILE.write_text("groups: [")
    assert refused().startswith("claims.yaml: not YAML: line 1: while parsing a flow node")
    paths.CLAIMS_FILE.unlink()
    assert refused() == "claims.yaml: no such file; run this where claims.yaml lies"

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.claims.reading import load_claims
from regscope.claims.rule import Rule
from regscope.study.params import load_params
from tests.claims import synthetic
from tests.claims.synthetic import entry

FIRST_MEASURES = (
    "test_accuracy, test_loss, train_accuracy, train_loss, generalization_gap, loss_gap,"
    " top5_accuracy, expected_calibration_error, brier_score, balanced_accuracy, roc_auc,"
    " class_f1_sd, corruption_accuracy, corruption_drop, ... (32 more)"
)


def refused() -> str:
    with pytest.raises(RegscopeError) as error:
        load_claims(load_params())
    return str(error.value)


REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"id": "L1 better"}, "L1 better: id = L1 better: must be lower-case words joined by hyphens"),
    ({"document": "x.txt"}, "l1-better: document = x.txt: choose from: 000_paper.txt"),
    ({"section": None}, "l1-better: section: must be given"),
    ({"section": 3.1}, "l1-better: section = 3.1: must be text; put a number in quotes"),
    ({"statement": ""}, "l1-better: statement = : must be text; put a number in quotes"),
    ({"measured_by": None}, "l1-better: measured_by: must be given"),
    ({"study": "cifar"}, "l1-better: study = cifar: choose from: digits, other, future"),
    ({"measure": "f1"}, f"l1-better: measure = f1: choose from: {FIRST_MEASURES}"),
    (
        {"measure": "units.size"},
        "l1-better: measure = units.size: choose from: units.correlation, units.effective_rank,"
        " units.dead_fraction, units.mean_activation",
    ),
    (
        {"cell": "l3"},
        "l1-better: cell = l3: choose from: none, l1, l2, dropout",
    ),
    (
        {"cell": ["l1", "mixup"]},
        "l1-better: cell = mixup: choose from: none, l1, l2, dropout",
    ),
    ({"cell": []}, "l1-better: cell = []: must be a list of at least 1"),
    (
        {"against": "l3"},
        "l1-better: against = l3: choose from: none, l1, l2, dropout",
    ),
    ({"against": ["none", "l1"]}, "l1-better: against = l1: is in cell too"),
    (
        {"comparison": "better"},
        "l1-better: comparison = better: choose from: higher, lower, highest, lowest, equal,"
        " at_least, at_most, value",
    ),
    (
        {"comparison": "highest", "against": "none"},
        "l1-better: against = [none]: must name at least two other cells",
    ),
    (
        {"comparison": "at_least"},
        "l1-better: threshold: must be given with comparison at_least",
    ),
    ({"threshold": 0.5}, "l1-better: threshold = 0.5: goes with no comparison higher"),
    ({"margin": 0.01}, "l1-better: margin = 0.01: goes with no comparison higher"),
    (
        {"comparison": "at_most", "threshold": 1, "against": "none"},
        "l1-better: against = [none]: goes with no comparison at_most",
    ),
    (
        {"comparison": "value"},
        "l1-better: reported: must be one value, of the one cell that `cell` names",
    ),
    (
        {"comparison": "value", "reported": {"l2": 0.9}},
        "l1-better: reported.l2 = 0.9: no cell that is compared here",
    ),
    ({"reported": {"l2": 0.9}}, "l1-better: reported.l2 = 0.9: no cell that is compared here"),
    ({"reported": {"l1": "93 %"}}, "l1-better: reported.l1 = 93 %: must be a number"),
    (
        {"measure": "layers.std"},
        "l1-better: layer: must be given with measure layers.std",
    ),
    (
        {"measure": "layers.std", "layer": "conv1"},
        "l1-better: layer = conv1: study digits has: hidden1, output",
    ),
    ({"layer": "hidden1"}, "l1-better: layer = hidden1: goes with no measure test_accuracy"),
    ({"pair": [3, 5]}, "l1-better: pair = [3, 5]: goes with no measure test_accuracy"),
    (
        {"measure": "confused.excess", "pair": [3, 5]},
        "l1-better: comparison = higher: choose from: at_least",
    ),
    (
        {"measure": "confused.excess", "pair": [3], "comparison": "at_least", "threshold": 0},
        "l1-better: pair: needs another entry",
    ),
    (
        {"measure": "confused.excess", "pair": [3, 5], "comparison": "at_least", "threshold": 2},
        "l1-better: threshold = 2.0: must be 0, the mean pair",
    ),
    (
        {"measure": "spread.test_loss", "comparison": "equal"},
        "l1-better: comparison = equal: choose from: higher, lower, highest, lowest",
    ),
    ({"measure": "paths.test_loss"}, "l1-better: at: must be given with measure paths.test_loss"),
    (
        {"measure": "paths.test_loss", "at": "weakest"},
        "l1-better: at = weakest: choose from: best, strongest",
    ),
    (
        {"measure": "paths.test_loss", "at": "best", "against": "l2"},
        "l1-better: against = l2: a path is held against strength 0: none",
    ),
    ({"assumed": "l2"}, "l1-better: assumed = l2: no cell that is compared here"),
    (
        {"deterministic": "why"},
        "l1-better: deterministic = why: goes with no comparison higher",
    ),
    (
        {"readings": [{"study": "other", "measured_by": "x"}]},
        "l1-better: readings.0.study = other: a reading may change: measure, layer, pair, at,"
        " comparison, cell, against, threshold, margin, reported, sizes_compare, unstated,"
        " measured_by",
    ),
    (
        {"readings": [{"comparison": "lower"}]},
        "l1-better: readings.0.measured_by: must be given",
    ),
    (
        {"readings": [{"comparison": "at_least", "measured_by": "x"}]},
        "l1-better: readings.0: threshold: must be given with comparison at_least",
    ),
    (
        {"reportd": {}},
        "l1-better: reportd: unknown key; known here: id, document, section, statement, study,"
        " measure, layer, pair, at, comparison, cell, against, threshold, margin, reported,"
        " sizes_compare, assumed, unstated, deterministic, hardly_fails, set_knowing, readings,"
        " measured_by",
    ),
]


@pytest.mark.parametrize(
    ("changed", "text"), REFUSALS, ids=[text.partition(":")[2][:40] for _, text in REFUSALS]
)
def test_a_wrong_entry_is_one_line(changed: dict[str, Any], text: str, workspace: Path) -> None:
    synthetic.write(entry(**changed))
    assert refused() == f"claims.yaml: {text}"


def test_a_good_file_is_read_whole(workspace: Path) -> None:
    synthetic.write(
        entry(),
        entry(
            id="pair", measure="confused.excess", pair=[3, 5], comparison="at_least", threshold=0
        ),
        entry(id="later", study="future", cell="l2", layer="conv9", measure="layers.std"),
        entry(id="absent", study="other", cell="l2"),
        rule={"significance": 0.01},
        untestable=[
            {
                "id": "vague", "document": synthetic.DOCUMENT, "section": "2",
                "statement": "It is nice.", "reason": "Not a number.",
            }
        ],
    )  # fmt: skip
    found = load_claims(load_params())
    assert found.rule == Rule(significance=0.01)
    assert [claim.id for claim in found.claims] == ["l1-better", "pair", "later", "absent"]
    assert found.claims[0].cell == ("l1",)
    assert found.claims[0].others == ("none",)
    assert found.claims[1].pair == ("3", "5")
    assert found.untestable[0].reason == "Not a number."


def test_no_claims_are_allowed(workspace: Path) -> None:
    synthetic.write()
    assert load_claims(load_params()).claims == ()


@pytest.mark.parametrize(
    ("entries", "header", "text"),
    [
        ([entry(), entry()], {}, "l1-better: id = l1-better: stands 2 times; every id once"),
        (
            [entry()],
            {
                "untestable": [
                    {
                        "id": "l1-better", "document": synthetic.DOCUMENT, "section": "2",
                        "statement": "It is nice.", "reason": "Not a number.",
                    }
                ]
            },
            "l1-better: id = l1-better: stands 2 times; every id once",
        ),
        ([entry(id=None)], {}, "entry 1 (document 000_paper.txt): id: must be given"),
        (
            [],
            {"untestable": [{"id": "vague", "document": "x.txt"}]},
            "vague: must be given: section, statement, reason",
        ),
        (
            [],
            {"rule": {"level": 95}},
            "rule.level = 95: must be less than 1",
        ),
        (
            [],
            {"rule": {"alpha": 0.05}},
            "rule.alpha = 0.05: unknown key; known here: level, significance, fewest_seeds,"
            " equivalence_margin, telling",
        ),
        ([], {"claims": None}, "claims = null: must be a list"),
        (
            [entry()],
            {"documents": {}},
            "l1-better: document = 000_paper.txt: there is nothing to choose",
        ),
        (["L1 helps."], {}, "claims.0 = L1 helps.: must be a mapping"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_one_line(
    entries: list[Any], header: dict[str, Any], text: str, workspace: Path
) -> None:
    synthetic.write(**({"claims": entries} | header))
    assert refused() == f"claims.yaml: {text}"


def test_a_file_that_is_not_there_or_no_yaml_is_one_line(workspace: Path) -> None:
    synthetic.write()
    paths.CLAIMS_FILE.write_text("claims: [")
    assert refused().startswith("claims.yaml: not YAML: line 1: while parsing a flow node")
    paths.CLAIMS_FILE.unlink()
    assert refused() == "claims.yaml: no such file; run this where claims.yaml lies"

"""Claims held against advice whose answer is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stages.claims
from regscope import results
from regscope.base import paths
from regscope.base.files import write_csv
from regscope.claims.advised import Advised, by_seed, over_tables
from regscope.claims.evidence import apart
from regscope.claims.measures import OVER_TABLES
from regscope.claims.verdicts import judge
from regscope.report.claims_table import claims_table, departures
from regscope.report.headlines import headlines
from regscope.statistics import holm, mean_interval, paired_t_p
from tests.claims import synthetic
from tests.claims.synthetic import claim, claims, entry, group

NONE = np.array([0.740, 0.745, 0.735, 0.750, 0.730])
NOISE = np.array([0.002, -0.002, 0.001, -0.001, 0.0])
SCORES = {"none": NONE, "l2": NONE - 0.03 + NOISE, "cocktail": NONE + 0.02 - NOISE}
TREES = 0.79


def advice(trees: float | None = TREES, varying: float = 0.0, **changed: Any) -> dict[str, Any]:
    """advice.json whose trees differ by `varying` between seeds."""
    each = None if trees is None else np.array([trees] * 5) + varying * np.array([1, -1, 0, 0, 0])
    told = None if each is None else mean_interval(each - NONE)
    return {
        "measure": "test_accuracy",
        "advised": "none",
        "arms": [{"arm": arm, "test": float(own.mean())} for arm, own in SCORES.items()],
        "trees": told and {"test": trees, "low": told.low, "high": told.high},
        "unfit": {"cutmix": "there is none for tables"},
        "shared_test": True,
    } | changed


def rows() -> list[dict[str, Any]]:
    scores = SCORES | {"cocktail without l2": NONE - 0.2}
    return [
        {"arm": arm, "seed": 9 + seed, "score": score}
        for arm, own in scores.items()
        for seed, score in enumerate(own)
    ]


def advised(**changed: Any) -> Advised:
    return by_seed(advice(**changed), pd.DataFrame(rows()))


def judged(found: Advised | None, *entries: Any, study: str = "digits") -> dict[str, Any]:
    evidence = {study: apart(found)}
    given = judge(claims(*(claim(study=study, **one) for one in entries)), evidence)["claims"]
    return {one["id"]: one for one in given}


def of_advice(**changed: Any) -> dict[str, Any]:
    return {"measure": "advice.test_accuracy", "cell": "cocktail", "id": "one"} | changed


def test_an_arm_against_none_is_the_paired_difference_corrected_over_all_arms() -> None:
    found = judged(
        advised(),
        of_advice(),
        of_advice(id="two", cell="l2", comparison="lower"),
        of_advice(id="three", cell="l2", departs="a smaller network"),
    )
    one = found["one"]
    assert (one["verdict"], one["firm"], one["seeds"]) == ("reproduced", True, 5)
    assert one["effect"] == pytest.approx(0.02)
    assert one["family"] == "2 arms of the advice for digits in test_accuracy"
    p_values = holm([paired_t_p(SCORES[arm] - NONE) for arm in ("cocktail", "l2")])
    assert [one["p_holm"], found["two"]["p_holm"]] == pytest.approx(p_values, rel=1e-4)
    assert found["two"]["verdict"] == "reproduced"
    assert found["three"]["verdict"] == "not in the setting assumed"


def test_two_arms_are_paired_by_seed_and_corrected_over_the_document_s_others() -> None:
    found = judged(
        advised(), of_advice(against="l2"), of_advice(id="two", against="trees", comparison="lower")
    )
    assert found["one"]["effect"] == pytest.approx(0.05)
    assert found["two"]["effect"] == pytest.approx(0.76 - TREES)
    for one in found.values():
        assert one["verdict"] == "reproduced"
        assert one["family"] == "2 other comparisons of the document on digits"
    interval = mean_interval(SCORES["cocktail"] - TREES)
    assert found["two"]["low"] == pytest.approx(interval.low, rel=1e-4)


@pytest.mark.parametrize(
    ("found", "changed", "why"),
    [
        (None, {}, "no advice is committed yet"),
        (advised(measure="roc_auc"), {}, "the advice is about roc_auc, not test_accuracy"),
        (advised(), {"cell": "dropout"}, "the advice has no scores of dropout"),
        (
            advised(),
            {"cell": "cutmix"},
            "the advice has no scores of cutmix: there is none for tables",
        ),
        (advised(trees=None), {"against": "trees"}, "the advice has no scores of trees"),
        # Of trees that differ between seeds only the mean is told.
        (advised(varying=0.01), {"against": "trees"}, "the advice has no scores of trees"),
    ],
)
def test_without_evidence_a_claim_is_not_run(
    found: Advised | None, changed: dict[str, Any], why: str
) -> None:
    one = judged(found, of_advice(**changed))["one"]
    assert (one["verdict"], one["note"]) == ("not run", why)


def tables(wins: int, losses: int) -> dict[str, dict[str, Any]]:
    """Of so many tables those on which the cocktail is ahead of none, then the others."""

    def one(cocktail: float) -> dict[str, Any]:
        arms = [{"arm": "none", "test": 0.5}, {"arm": "cocktail", "test": cocktail}]
        return advice(arms=arms)

    means = [0.6] * wins + [0.4] * losses
    return {f"table {number}": one(mean) for number, mean in enumerate(means)}


def ahead(found: dict[str, dict[str, Any]], **changed: Any) -> dict[str, Any]:
    asked = {"measure": "advice.ahead", "cell": "cocktail", "id": "one"} | changed
    one: dict[str, Any] = judged(over_tables(found), asked, study=OVER_TABLES)["one"]
    return one


@pytest.mark.parametrize(
    ("wins", "losses", "comparison", "verdict", "firm"),
    [
        # With a table less, 8 of 9 have a p of 0.039, and 5 of 5 one of 0.062.
        (9, 1, "higher", "reproduced", True),
        (6, 0, "higher", "reproduced", False),
        (35, 5, "higher", "reproduced", True),
        (5, 35, "higher", "contradicted", True),
        (5, 35, "lower", "reproduced", True),
        (6, 4, "higher", "undecided", True),
        (4, 0, "higher", "undecided", None),
    ],
)
def test_most_tables_are_more_than_chance_would_have_it(
    wins: int, losses: int, comparison: str, verdict: str, firm: bool | None
) -> None:
    one = ahead(tables(wins, losses), comparison=comparison)
    assert one["verdict"] == verdict
    assert one["seeds"] == wins + losses
    assert one["effect"] == pytest.approx(wins / (wins + losses))
    assert one["firm"] == firm


def test_over_tables_other_data_do_not_count() -> None:
    found = tables(6, 0) | {"picture": advice(trees=None), "numbers": advice(measure="test_r2")}
    assert ahead(found)["seeds"] == 6
    assert over_tables({"picture": advice(trees=None)}) is None


def test_five_tables_cannot_decide() -> None:
    """2 / 2**5 is above 0.05."""
    one = ahead(tables(5, 0), reported={"cocktail": 35, "none": 5}, departs="fewer tables")
    assert one["note"].startswith("these 5 tables cannot decide this: p is 0.062 or more")
    (row,) = claims_table([one]).rows
    assert [cell.text for cell in row[1:4]] == [
        "undecided (tables cannot decide this, setting departs)",
        "88 %",
        "100 % [48, 100] of 5 tables",
    ]
    (question,) = headlines([one | {"headline": True}])
    assert question.answer == ("Open. “L1 helps”: undecided, 100 % of 5 tables.",)
    assert question.sure == (
        "firmly open; means over seeds; 95 % interval [48, 100] %; each at its best, setting"
        " departs; 5 tables"
    )
    assert question.about == ()
    assert departures([one, one]) == ["Where A paper has another setting: fewer tables."]


def test_figures_that_point_the_other_way_are_told() -> None:
    assert ahead(tables(6, 0), reported={"cocktail": 12, "none": 26})["note"] == (
        "the document's own figures point the other way"
    )


def test_a_claim_comes_alive_with_its_files(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_digits = entry(measure="advice.test_accuracy", cell="cocktail")
    over = entry(id="over", measure="advice.ahead", cell="cocktail")
    synthetic.write(group(of_digits), group(over, study=OVER_TABLES))
    folder = paths.summary("digits")
    folder.mkdir(parents=True)
    (folder / "seeds.csv").touch()
    held = synthetic.accuracies(none=NONE, l1=NONE)
    monkeypatch.setattr(results, "load", lambda name: held.results)

    def verdicts() -> list[str]:
        stages.claims.main()
        return [one["verdict"] for one in json.loads(paths.CLAIMS.read_text())["claims"]]

    assert verdicts() == ["not run", "not run"]
    write_csv(paths.advice("digits") / paths.SEEDS_FILE, rows())
    (paths.advice("digits") / paths.ADVICE_FILE).write_text(json.dumps(advice()))
    assert verdicts() == ["reproduced", "undecided"]

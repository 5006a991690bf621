"""The committed verdicts, held against the committed tables by another way."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regscope.claims.rule import VERDICTS
from tests.committed import committed

AGAINST = {"contradicted", "not at the strength assumed", "not in the setting assumed"}


@pytest.fixture(scope="module")
def claims() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((committed() / "metrics/claims.json").read_text())[
        "claims"
    ]
    return found


@pytest.fixture(scope="module")
def readings(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"id": claim["id"], "study": claim["study"], "document": claim["document"], **reading}
        for claim in claims
        for reading in (claim, *claim["other_readings"])
    ]


def table(study: str, name: str) -> pd.DataFrame:
    file = committed() / "metrics/studies" / study / name
    return pd.read_csv(file, dtype={"reg": str}, keep_default_na=False, na_values=[""])


def row(reading: dict[str, Any]) -> dict[str, Any]:
    rows = table(reading["study"], "comparisons.csv")
    chosen = rows[
        (rows["reg"] == reading["decided_by"]["cell"]) & (rows["measure"] == reading["measure"])
    ]
    found: list[dict[str, Any]] = chosen.to_dict("records")
    return found[0]


def test_no_claim_disagrees_with_its_row(readings: list[dict[str, Any]]) -> None:
    """A decided one says what the row says, and one that the row leaves open is open.

    `higher` where higher is claimed. An equality with a margin of its own may be wider.
    """
    held = 0
    for reading in readings:
        directed = reading["comparison"] in ("higher", "lower", "highest", "lowest")
        if not directed or " cells of " not in (reading["family"] or ""):
            continue
        found = row(reading)
        sign = 1 if reading["comparison"] in ("higher", "highest") else -1
        as_claimed = sign * found["difference"] > 0
        word = {
            "no difference that matters": "no difference that matters",
            "undecided": "undecided",
            "too few seeds": "undecided",
        }.get(found["verdict"], "as claimed" if as_claimed else "opposite")
        expected = {
            "as claimed": {"reproduced", "same direction"},
            "opposite": AGAINST,
        }.get(word, {word})
        assert reading["says"] in expected, reading["id"]
        p_holm = found["p_equal_holm"] if word == "no difference that matters" else found["p_holm"]
        assert reading["p_holm"] == pytest.approx(p_holm, rel=1e-4), reading["id"]
        held += 1
    assert held >= 25


def test_no_claim_disagrees_with_the_arm_that_it_rests_on(readings: list[dict[str, Any]]) -> None:
    held = 0
    for reading in readings:
        if " arms of the advice " not in (reading["family"] or ""):
            continue
        file = committed() / "metrics/advice" / reading["study"] / "advice.json"
        arms = json.loads(file.read_text())["arms"]
        (arm,) = (one for one in arms if one["arm"] == reading["decided_by"]["cell"])
        assert reading["family"].startswith(f"{len(arms) - 1} arms"), reading["id"]
        for ours, its in (("effect", "difference"), ("low", "low"), ("high", "high")):
            assert reading[ours] == pytest.approx(arm[its], rel=1e-4), reading["id"]
        if reading["says"] != "no difference that matters":
            assert reading["p_holm"] == pytest.approx(arm["p_holm"], rel=1e-4), reading["id"]
        assert (reading["says"] == "undecided") == (arm["verdict"] == "undecided"), reading["id"]
        held += 1
    assert held >= 2


def test_what_is_better_on_most_tables_is_counted_on_them(readings: list[dict[str, Any]]) -> None:
    """By the means on test that the committed advice for tables of classes has."""
    found = [
        json.loads(file.read_text())
        for file in (committed() / "metrics/advice").glob("*/advice.json")
    ]
    tables = [data for data in found if data["trees"] and data["measure"] != "test_r2"]
    means = [
        {arm["arm"]: arm["test"] for arm in data["arms"]} | {"trees": data["trees"]["test"]}
        for data in tables
    ]
    over = [reading for reading in readings if reading["study"] == "all tables"]
    assert len(over) == 3
    for reading in over:
        (cell,), (other,) = reading["cell"], reading["against"]
        wins = sum((own[cell] > own[other]) + (own[cell] == own[other]) / 2 for own in means)
        assert reading["seeds"] == len(means)
        assert reading["effect"] == pytest.approx(wins / len(means), rel=1e-4)


def test_a_claim_of_one_row_alone_is_as_firm_as_the_row(claims: list[dict[str, Any]]) -> None:
    """Where no printed size is compared, which could turn the word too."""
    held = 0
    for claim in claims:
        alone = len(claim["cell"]) == len(claim["against"]) == 1 and not claim["other_readings"]
        of_a_row = alone and " cells of " in (claim["family"] or "") and not claim["reported"]
        if of_a_row and claim["comparison"] in ("higher", "lower"):
            assert str(row(claim)["firm"]) == str(claim["firm"]), claim["id"]
            held += 1
    assert held >= 10


def test_intervals_of_one_new_run_and_what_they_leave_out(readings: list[dict[str, Any]]) -> None:
    """By the mean of the cells' variances, but for cells that are no better than a guess or whose
    own variance is beyond the others'."""
    held = 0
    for reading in readings:
        if reading["comparison"] != "value":
            continue
        seeds = table(reading["study"], "seeds.csv")
        groups = seeds.groupby("reg")[reading["measure"]]
        chance = seeds.groupby("reg")["test_accuracy"].max() < 0.13
        variances = groups.var()[~chance]
        (cell,) = reading["cell"]
        own, count = variances[cell], groups.count()[cell]
        rest = variances.drop(cell)
        freedom = (count - 1) * len(variances)
        deviation = np.sqrt(variances.mean())
        if stats.f.sf(own / rest.mean(), count - 1, (count - 1) * len(rest)) < 0.05:
            deviation, freedom = np.sqrt(own), count - 1
        error = deviation * np.sqrt(1 + 1 / count)
        reach = stats.t.ppf(0.975, freedom) * error
        mean = groups.mean()[cell]
        assert reading["low"] == pytest.approx(mean - reach, rel=1e-5)
        assert reading["high"] == pytest.approx(mean + reach, rel=1e-5)
        (published,) = reading["reported"].values()
        away = abs(published - mean) / error
        assert reading["p"] == pytest.approx(2 * stats.t.sf(away, freedom), rel=1e-3)
        inside = reading["low"] <= published <= reading["high"]
        assert inside == (reading["says"] in ("reproduced", "compatible, says little"))
        held += 1
    assert held >= 18


def test_families_are_corrected_by_holms_steps(readings: list[dict[str, Any]]) -> None:
    """Of what is no row and was tested for a difference: the p of every family in order."""
    families: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for reading in readings:
        family = reading["family"] or ""
        if "published value" in family:
            place = (reading["document"], reading["study"], reading["measure"])
            families.setdefault(place, []).append(reading)
    assert len(families) >= 6
    for members in families.values():
        ordered = sorted(members, key=lambda member: member["p"])
        highest = 0.0
        for index, member in enumerate(ordered):
            highest = max(highest, min(1.0, member["p"] * (len(ordered) - index)))
            assert member["p_holm"] == pytest.approx(highest, rel=1e-4), member["id"]


def test_false_discovery_rates_are_benjamini_and_hochbergs(
    readings: list[dict[str, Any]],
) -> None:
    tested = sorted(
        (reading for reading in readings if reading["q"] is not None), key=lambda one: -one["p"]
    )
    lowest = 1.0
    for index, reading in enumerate(tested):
        lowest = min(lowest, reading["p"] * len(tested) / (len(tested) - index))
        assert reading["q"] == pytest.approx(lowest, rel=1e-4)
    run = [reading for reading in readings if reading["says"] != "not run"]
    untested = [reading["id"] for reading in run if reading["q"] is None]
    assert sorted(untested) == ["fashion-l1-zeros", "fashion-l2-no-zeros", "weights-l1-eliminates"]


def test_contradicted_is_kept_for_what_is_stated(claims: list[dict[str, Any]]) -> None:
    for claim in claims:
        if claim["verdict"] == "contradicted" and claim["q"] is not None:
            assert not claim["assumed"], claim["id"]
            assert not claim["unstated"], claim["id"]
    counted = json.loads((committed() / "metrics/verdicts.json").read_text())
    for verdict in VERDICTS:
        given = [claim for claim in claims if claim["verdict"] == verdict]
        assert counted[verdict] == len(given)
        assert counted["firm"].get(verdict, 0) == sum(claim["firm"] is True for claim in given)

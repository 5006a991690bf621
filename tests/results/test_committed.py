"""What is committed follows from what is committed: every study's comparisons from its seeds."""

from __future__ import annotations

import json
from collections.abc import Hashable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from regscope.results import compare_cells, compared
from regscope.results.compared import ACCURACIES
from regscope.statistics import EQUAL, FEWEST_SEEDS, UNDECIDED, VERDICTS, family
from regscope.study.evaluation import MATTERS
from tests.committed import committed

FOLDERS = sorted(path.parent for path in (committed() / "metrics").glob("studies/*/seeds.csv"))
studies = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


@cache
def rows(folder: Path) -> list[dict[Hashable, Any]]:
    evaluation = json.loads((folder / "settings.json").read_text())["evaluation"]
    seeds = pd.read_csv(
        folder / "seeds.csv", dtype={"reg": str}, keep_default_na=False, na_values=[""]
    )
    return compare_cells(seeds, evaluation.get("matters", MATTERS)).to_dict("records")


@studies
def test_nothing_undecided_is_above_what_is_called_detectable(folder: Path) -> None:
    for row in rows(folder):
        assert row["verdict"] in VERDICTS
        if row["verdict"] == UNDECIDED:
            assert abs(row["difference"]) <= row["detectable_difference"], row


@studies
def test_what_is_undecided_needs_more_seeds_than_there_are(folder: Path) -> None:
    for row in rows(folder):
        if row["verdict"] == UNDECIDED:
            for seeds in (row["seeds_needed"], row["seeds_equal"]):
                assert pd.isna(seeds) or seeds > row["seeds"], row


@studies
def test_no_difference_that_matters_lies_within_the_margin(folder: Path) -> None:
    for row in rows(folder):
        if row["verdict"] == EQUAL:
            assert max(abs(row["low"]), abs(row["high"])) < row["matters"]
            assert row["p_equal_holm"] < 0.05


@pytest.mark.slow
@studies
def test_firmness_is_what_leaving_out_and_nudging_gives(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of accuracies by the whole comparison of a table with a seed less; a nudge may turn more."""
    seeds = pd.read_csv(
        folder / "seeds.csv", dtype={"reg": str}, keep_default_na=False, na_values=[""]
    )
    given = {(row["reg"], row["measure"]): row for row in rows(folder)}
    committed_rows = pd.read_csv(folder / "comparisons.csv", dtype={"reg": str})
    for row in committed_rows.to_dict("records"):
        firm = given[row["reg"], row["measure"]]["firm"]
        assert str(row["firm"]) == str(firm) or (pd.isna(row["firm"]) and firm is None), row
    count = seeds["seed"].nunique()
    if count <= FEWEST_SEEDS:
        # Without one there are too few, and all is undecided here that is not there.
        return
    turned = set()
    monkeypatch.setattr(compared, "COMPARED", dict.fromkeys(ACCURACIES, True))
    monkeypatch.setattr(family, "firm", lambda pairs, *_: [None] * len(pairs))
    for seed in range(count):
        for row in compare_cells(seeds[seeds["seed"] != seed], MATTERS).to_dict("records"):
            key = row["reg"], row["measure"]
            if row["verdict"] != given[key]["verdict"]:
                turned.add(key)
    edges = {
        key
        for key, row in given.items()
        if key[1] in ACCURACIES and row["firm"] == False  # noqa: E712
    }
    assert turned <= edges
    assert len(edges - turned) <= 4

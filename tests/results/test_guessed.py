"""Cells against the best constant guess."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from regscope.datasets import Dataset
from regscope.results import GUESS, GUESS_MEANING, compare_cells, told, worded
from regscope.results.guessed import guess_of_supports, guess_table, over_guess, split_guess
from regscope.statistics import holm
from tests import written
from tests.report import synthetic

SEEDS = 8
MAJORITY = 0.94
NOISE = np.array([0.0, 0.01, -0.01, 0.005, -0.005, 0.0, 0.002, -0.002])
ACCURACIES = {
    "none": 0.9 + NOISE,
    "says no": np.full(SEEDS, MAJORITY),
    "hardly": MAJORITY + NOISE / 5,
    "learns": 0.97 + NOISE / 2,
}


def seeds_of(accuracies: dict[str, np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame(
        {"reg": reg, "seed": seed, "test_accuracy": value, "brier_score": 1 - value}
        for reg, own in accuracies.items()
        for seed, value in enumerate(own)
    )


def guess(accuracy: float = MAJORITY, loss: float = 0.23) -> pd.DataFrame:
    return pd.DataFrame(
        {"seed": range(SEEDS), "shares": "training", "test_accuracy": accuracy, "test_loss": loss}
    )


def test_better_than_none_and_not_than_the_majority_is_called_so() -> None:
    table = compare_cells(seeds_of(ACCURACIES), guess=guess())
    rows = table[table["measure"] == "test_accuracy"].set_index("reg")
    assert set(rows["verdict"]) == {"better"}
    assert rows["beats_guess"].to_dict() == {"says no": "no", "hardly": "no", "learns": "yes"}
    assert [told(row) for row in rows.to_dict("records")] == [GUESS, GUESS, "better"]
    assert worded(rows.loc["says no"].to_dict()) == GUESS_MEANING
    assert GUESS_MEANING == "better than none, not better than the constant guess"


def test_a_measure_without_a_guess_goes_by_the_primary_one() -> None:
    table = compare_cells(seeds_of(ACCURACIES), guess=guess())
    rows = table[table["measure"] == "brier_score"].set_index("reg")
    assert rows["beats_guess"].to_dict() == {"says no": "no", "hardly": "no", "learns": "yes"}
    assert rows[["guess_difference", "guess_low", "guess_high", "guess_p_holm"]].isna().all().all()


def test_the_numbers_are_scipys_over_all_cells() -> None:
    found = over_guess(seeds_of(ACCURACIES), guess(), "test_accuracy")
    assert list(found) == list(ACCURACIES)
    cells = ("none", "hardly", "learns")
    tests = {reg: scipy.stats.ttest_1samp(ACCURACIES[reg], MAJORITY) for reg in cells}
    p_values = [1.0 if reg == "says no" else tests[reg].pvalue for reg in ACCURACIES]
    assert [over.p_holm for over in found.values()] == pytest.approx(holm(p_values), rel=1e-6)
    for reg, test in tests.items():
        interval = test.confidence_interval()
        ends = (found[reg].low + MAJORITY, found[reg].high + MAJORITY)
        assert ends == pytest.approx((interval.low, interval.high))
    assert {reg: over.beats for reg, over in found.items()} == {
        "none": "no", "says no": "no", "hardly": "no", "learns": "yes",
    }  # fmt: skip


def test_less_loss_is_better_than_the_guess_and_an_infinite_one_is_none() -> None:
    seeds = pd.DataFrame(
        {"reg": reg, "seed": seed, "test_loss": loss + NOISE[seed]}
        for reg, loss in (("none", 0.1), ("more", 0.5))
        for seed in range(SEEDS)
    )
    found = over_guess(seeds, guess(), "test_loss")
    assert {reg: over.beats for reg, over in found.items()} == {"none": "yes", "more": "no"}
    assert over_guess(seeds, guess(loss=math.inf), "test_loss") == {}


def test_too_few_seeds_are_not_judged() -> None:
    few = {reg: own[:4] for reg, own in ACCURACIES.items()}
    found = over_guess(seeds_of(few), guess(), "test_accuracy")
    assert {over.beats for over in found.values()} == {""}
    table = compare_cells(seeds_of(few), guess=guess())
    assert table["beats_guess"].isna().all()


def test_without_a_guess_nothing_is_held_against_it() -> None:
    table = compare_cells(seeds_of(ACCURACIES))
    assert table["beats_guess"].isna().all()
    assert {told(row) for row in table.to_dict("records")} == {"better"}


@pytest.mark.parametrize("verdict", ["worse", "undecided", "no difference that matters"])
def test_other_verdicts_keep_their_mark_and_say_it_beside(verdict: str) -> None:
    row = {"verdict": verdict, "beats_guess": "no"}
    assert told(row) == verdict
    assert worded(row) == f"{verdict}, not better than the constant guess"


def test_every_seed_has_the_guess_of_its_own_split() -> None:
    study = written.study(3)
    targets = (np.arange(100) % 10 == 0).astype(np.int64)
    dataset = Dataset("points", np.zeros((100, 2), np.float32), targets, ("a", "b"))
    table = guess_table(study, dataset)
    for seed, row in enumerate(table.to_dict("records")):
        split = dataset.split(study.split, seed)
        share = targets[split.train].mean()
        rare = targets[split.holdout].mean()
        assert row["test_accuracy"] == pytest.approx(1 - rare)
        expected = -rare * np.log(share) - (1 - rare) * np.log(1 - share)
        assert row["test_loss"] == pytest.approx(expected)
        inner = dataset.split(study.split, seed, "validation")
        validated = split_guess(study, dataset, seed, "validation")
        assert validated["accuracy"] == pytest.approx(1 - targets[inner.holdout].mean())
        assert split_guess(study, dataset, seed, trained="validation")["accuracy"] == pytest.approx(
            row["test_accuracy"]
        )
    assert set(table["shares"]) == {"training"}
    assert table["test_accuracy"].nunique() > 1


def test_without_trainings_shares_the_tests_own_stand_in() -> None:
    found = synthetic.found()
    classes = found.classes.assign(support=np.where(found.classes["class"] == "0", 94.0, 6.0))
    older = dataclasses.replace(found, classes=classes, guess=None)
    assert older.guessed("test_accuracy") == pytest.approx(0.94)
    assert set(guess_of_supports(classes, found.seeds)["shares"]) == {"test"}
    # Measured against 0.94 and not against one half.
    assert older.at_chance == {"none": 5, "l1": 4}

"""The choice of a strength, its range, and the comparison on test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regscope.results.study import csv
from regscope.statistics import compare
from regscope.sweeps.tuned import COLUMNS, Choice, choose, tuned

SPREAD = np.array([-0.02, -0.01, 0.0, 0.01, 0.02])


def test_the_best_mean_on_validation_is_chosen() -> None:
    choice = choose({0.0: 0.7 + SPREAD, 0.1: 0.8 + SPREAD, 0.2: 0.9 + SPREAD, 0.3: 0.6 + SPREAD})
    assert choice == Choice(0.2, 0.2, 0.2)


def test_of_equal_means_the_largest_strength_is_chosen() -> None:
    means = {0.1: [0.1, 0.2, 0.3], 0.2: [0.3, 0.2, 0.1], 0.4: [0.2, 0.1, 0.3]}
    accuracies = {strength: np.array(values) for strength, values in means.items()}
    assert choose({0.0: np.zeros(3), **accuracies}).strength == 0.4


def test_strength_zero_is_chosen_where_it_is_best_and_may_lie_in_the_range_elsewhere() -> None:
    noise = np.array([0.03, -0.03, 0.02, -0.02, 0.0])
    accuracies = {0.0: 0.9 + noise, 0.1: 0.895 + SPREAD, 0.2: 0.5 + SPREAD}
    assert choose(accuracies) == Choice(0.0, 0.0, 0.1)
    assert choose(accuracies | {0.0: 0.89 + noise}) == Choice(0.1, 0.0, 0.1, "smallest")


def test_a_strength_as_good_as_zero_is_chosen() -> None:
    same = 0.9 + SPREAD
    assert choose({0.0: same, 0.1: same, 0.2: 0.5 + SPREAD}) == Choice(0.1, 0.0, 0.1, "smallest")


@pytest.mark.parametrize(
    ("best", "end"), [(0.0, ""), (0.1, "smallest"), (0.2, ""), (0.3, "largest")]
)
def test_a_choice_at_the_end_of_the_grid_is_said_to_be_one(best: float, end: str) -> None:
    accuracies = dict.fromkeys((0.3, 0.1, 0.0, 0.2), 0.5 + SPREAD)
    choice = choose(accuracies | {best: 0.9 + SPREAD})
    assert (choice.strength, choice.end) == (best, end)


def test_the_range_ends_where_the_paired_interval_leaves_out_zero() -> None:
    """Differences of mean m and standard deviation s over 5 seeds: 0 is in `m ± 2.776 s / √5`."""
    pattern = SPREAD / SPREAD.std(ddof=1)
    edge = float(stats.t.ppf(0.975, 4) / np.sqrt(5))
    best = np.full(5, 0.9)
    inside = best + 0.01 * (pattern - 0.999 * edge)
    outside = best + 0.01 * (pattern - 1.001 * edge)
    choice = choose({0.0: outside, 0.1: inside, 0.2: best, 0.3: inside, 0.4: outside})
    assert (choice.strength, choice.low, choice.high) == (0.2, 0.1, 0.3)


def test_the_range_has_no_gap() -> None:
    """Strength 0 equals the best, but a strength between them is worse in every seed."""
    best = 0.9 + SPREAD
    choice = choose({0.0: best, 0.1: best - 0.1 + SPREAD / 10, 0.2: best})
    assert (choice.strength, choice.low, choice.high) == (0.2, 0.2, 0.2)


@given(st.lists(st.lists(st.integers(0, 20), min_size=4, max_size=4), min_size=2, max_size=8))
def test_the_choice_lies_in_its_range_and_none_is_better(
    counts: list[list[int]],
) -> None:
    accuracies = {float(number): np.array(row) / 20 for number, row in enumerate(counts)}
    choice = choose(accuracies)
    assert 0 <= choice.low <= choice.strength <= choice.high <= max(accuracies)
    best = accuracies[choice.strength].mean()
    for strength, values in accuracies.items():
        assert values.mean() <= best + 1e-9
        if strength > choice.strength:
            assert values.mean() < best - 1e-9


def test_the_chosen_strengths_test_accuracy_is_compared_with_strength_zero() -> None:
    table = _paths(
        {
            "good": {0.0: (0.5, 0.80), 0.1: (0.7, 0.90), 0.2: (0.6, 0.99)},
            "idle": {0.0: (0.5, 0.80), 0.1: (0.6, 0.80), 0.2: (0.4, 0.70)},
        }
    )
    result = tuned(table)
    assert list(result.columns) == list(COLUMNS)
    good, idle = result.to_dict("records")
    assert (good["family"], good["strength"]) == ("good", 0.1), "the test set has no say"
    jitter = np.array([0.0, 0.01, 0.0, -0.01, 0.0])
    expected = stats.ttest_1samp(0.1 + 0.1 * jitter, 0)
    assert good["difference"] == pytest.approx(0.1)
    assert good["p_value"] == pytest.approx(expected.pvalue)
    assert (good["low"], good["high"]) == pytest.approx(tuple(expected.confidence_interval()))
    assert good["p_holm"] == pytest.approx(2 * good["p_value"])
    assert good["test_accuracy"] == pytest.approx(0.9)
    validation = stats.ttest_1samp(0.7 + jitter, 0).confidence_interval()
    assert (good["validation_low"], good["validation_high"]) == pytest.approx(tuple(validation))
    assert good["verdict"] == "better"
    assert (idle["strength"], idle["difference"], idle["verdict"]) == (
        0.1, 0, "no difference that matters",
    )  # fmt: skip
    assert idle["seeds"] == 5
    assert (idle["matters"], good["p_equal"]) == (0.005, pytest.approx(1))
    assert idle["p_equal_holm"] == pytest.approx(2 * idle["p_equal"])


def test_a_method_that_is_left_out_is_not_tested_and_in_no_family() -> None:
    """Holm's correction and what the seeds could show are those of the two that are."""
    families = {
        "good": {0.0: (0.5, 0.80), 0.1: (0.7, 0.90), 0.2: (0.6, 0.99)},
        "useless": {0.0: (0.5, 0.80), 0.1: (0.4, 0.99), 0.2: (0.3, 0.99)},
        "idle": {0.0: (0.5, 0.80), 0.1: (0.5, 0.80), 0.2: (0.6, 0.81)},
    }
    result = tuned(_paths(families)).set_index("family")
    assert list(result.index) == list(families)
    useless = result.loc["useless"]
    assert (useless["strength"], useless["difference"], useless["verdict"]) == (0, 0, "left out")
    assert (useless["test_accuracy"], useless["seeds"]) == (pytest.approx(0.8), 5)
    assert (useless["validation_accuracy"], useless["grid_end"]) == (pytest.approx(0.5), "")
    asked = ["low", "high", "p_value", "p_holm", "p_equal", "p_equal_holm", "probability_better"]
    assert useless[asked].isna().all()
    others = tuned(_paths({name: families[name] for name in ("good", "idle")})).set_index("family")
    assert csv(result.loc[["good", "idle"]]) == csv(others)
    good = result.loc["good"]
    assert good["p_holm"] == pytest.approx(2 * good["p_value"])
    assert (good["grid_end"], result.loc["idle", "grid_end"]) == ("smallest", "largest")
    jitter = np.array([0.0, 0.01, 0.0, -0.01, 0.0])
    expected = compare(0.9 + 0.1 * jitter, np.full(5, 0.8), comparisons=2)
    assert good["detectable_difference"] == pytest.approx(expected.detectable_difference)


def test_where_every_method_is_left_out_there_is_no_test_at_all() -> None:
    table = _paths({name: {0.0: (0.5, 0.8), 0.1: (0.4, 0.9), 0.2: (0.3, 0.9)} for name in "ab"})
    assert list(tuned(table)["verdict"]) == ["left out", "left out"]


def test_what_matters_decides_what_is_called_none() -> None:
    """The tests' order of magnitude is a thousandth: the jitter times the strength."""
    table = _paths({"idle": {0.0: (0.5, 0.80), 0.1: (0.6, 0.80), 0.2: (0.4, 0.70)}})
    for matters, verdict in ((0.005, "no difference that matters"), (0.0001, "undecided")):
        (idle,) = tuned(table, matters).to_dict("records")
        assert (idle["verdict"], idle["matters"]) == (verdict, matters)


def test_the_order_of_rows_does_not_matter() -> None:
    table = _paths({"good": {0.0: (0.5, 0.80), 0.1: (0.7, 0.90), 0.2: (0.6, 0.99)}})
    table["test_accuracy"] += np.arange(len(table)) % 3 / 100
    mixed = table.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(tuned(mixed), tuned(table))


def _paths(families: dict[str, dict[float, tuple[float, float]]]) -> pd.DataFrame:
    """Rows of mean (validation, test) accuracies; jitter on test grows with the strength."""
    jitter = (0.0, 0.01, 0.0, -0.01, 0.0)
    rows = [
        {
            "family": family,
            "strength": strength,
            "seed": seed,
            "validation_accuracy": validation + noise,
            "test_accuracy": test + strength * noise,
        }
        for family, strengths in families.items()
        for strength, (validation, test) in strengths.items()
        for seed, noise in enumerate(jitter)
    ]
    return pd.DataFrame(rows)


def test_a_constant_guess_is_not_chosen_while_another_strength_is_there() -> None:
    """The largest mean is one lucky seed's, of networks that say the majority elsewhere."""
    guess = np.full(5, 0.94)
    lucky = guess + np.array([0.06, 0.0, 0.0, 0.0, 0.0])
    learned = guess + np.array([0.010, 0.011, 0.009, 0.010, 0.010])
    accuracies = {0.0: 0.9 + SPREAD, 0.1: learned, 0.2: lucky, 0.3: guess}
    assert choose(accuracies).strength == 0.2
    choice = choose(accuracies, guess)
    assert (choice.strength, choice.guess) == (0.1, False)


def test_where_all_are_constant_guesses_the_choice_says_so() -> None:
    guess = np.full(5, 0.94)
    choice = choose({0.0: 0.93 + SPREAD / 10, 0.1: 0.9 + SPREAD, 0.2: guess}, guess)
    assert (choice.strength, choice.guess) == (0.2, True)
    learned = {0.0: 0.95 + SPREAD / 10, 0.1: 0.9 + SPREAD, 0.2: guess}
    assert (choose(learned, guess).strength, choose(learned, guess).guess) == (0.0, False)
    assert not choose({0.0: guess, 0.1: guess}).guess


def of_loss() -> pd.DataFrame:
    """The strength of least loss is not that of most accuracy."""
    rows = [
        (0.0, 0.80, 0.60), (0.1, 0.90, 0.50), (0.2, 0.85, 0.30),
    ]  # fmt: skip
    return pd.DataFrame(
        {
            "family": "l1", "strength": strength, "seed": seed,
            "validation_accuracy": accuracy + shift, "validation_loss": loss - shift,
            "test_accuracy": accuracy + (1 + strength) * shift,
            "test_loss": loss - (1 + strength) * shift,
        }
        for strength, accuracy, loss in rows
        for seed, shift in enumerate(SPREAD)
    )  # fmt: skip


def test_what_the_study_is_about_chooses_and_is_compared() -> None:
    [by_accuracy] = tuned(of_loss()).to_dict("records")
    [by_loss] = tuned(of_loss(), primary="test_loss").to_dict("records")
    assert (by_accuracy["strength"], by_accuracy["measure"]) == (0.1, "test_accuracy")
    assert (by_loss["strength"], by_loss["measure"]) == (0.2, "test_loss")
    assert by_loss["difference"] == pytest.approx(-0.3)
    assert (by_loss["verdict"], by_loss["probability_better"]) == ("better", 1)
    assert by_loss["test_accuracy"] == pytest.approx(0.85)
    assert by_loss["matters"] is None
    with pytest.raises(KeyError, match="roc_auc"):
        tuned(of_loss(), primary="roc_auc")


def test_a_guess_is_named_in_the_table() -> None:
    guess = pd.DataFrame(
        {"seed": range(5), "validation_accuracy": 0.9 + SPREAD, "test_accuracy": 0.9 + SPREAD}
    )
    [row] = tuned(of_loss(), guess=guess).to_dict("records")
    assert (row["strength"], row["verdict"]) == (0.1, "better")
    assert (row["constant_guess"], row["beats_guess"]) == ("yes", "no")

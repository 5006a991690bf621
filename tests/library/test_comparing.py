from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import torch

import regscope
from regscope.statistics import MOST_SEEDS, compare_unpaired, seeds_of_each, welch_power
from regscope.statistics import compare as compare_cells

BASELINE = [0.951, 0.948, 0.955, 0.950, 0.957, 0.949, 0.952, 0.953, 0.946, 0.954]
OTHER = [0.957, 0.953, 0.958, 0.957, 0.960, 0.951, 0.958, 0.961, 0.950, 0.955]
# Student's (1908) sleep data, hours gained with two drugs.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_pairs_are_compared_as_cells_are() -> None:
    found = regscope.compare(BASELINE, OTHER)
    expected = compare_cells(OTHER, BASELINE)
    for name in ("seeds", "difference", "low", "high", "p_value", "p_sign_flip", "seeds_needed"):
        assert getattr(found, name) == getattr(expected, name)
    assert found.difference == pytest.approx(0.0045)
    assert found.baseline_mean == pytest.approx(np.mean(BASELINE))
    assert (found.verdict, found.note, found.probability_better) == ("better", "", 1.0)
    assert regscope.compare(BASELINE, OTHER, higher_is_better=False).verdict == "worse"
    assert regscope.compare(BASELINE, OTHER, higher_is_better=None).verdict == "higher"
    assert str(found).endswith(": better")


def test_the_sleep_data_paired_and_not() -> None:
    """R's `t.test(extra ~ group, data = sleep)` gives t = -1.8608, df = 17.776, p = 0.07939 and
    the interval -3.3654832 to 0.2054832; paired p = 0.002833."""
    assert regscope.compare(FIRST, SECOND).p_value == pytest.approx(0.002833, abs=5e-7)
    found = regscope.compare(FIRST, SECOND, paired=False)
    assert found.p_value == pytest.approx(0.07939, abs=5e-6)
    assert (found.low, found.high) == pytest.approx((-0.2054832, 3.3654832), abs=5e-8)
    assert found.verdict == "undecided"
    assert found.probability_low is found.probability_high is found.p_sign_flip is None
    u = scipy.stats.mannwhitneyu(SECOND, FIRST).statistic
    assert found.probability_better == pytest.approx(u / 100)
    worse = regscope.compare(FIRST, SECOND, paired=False, higher_is_better=False)
    assert worse.probability_better == pytest.approx(1 - u / 100)


def test_fewer_than_five_seeds_decide_nothing_and_it_says_so() -> None:
    for paired in (True, False):
        found = regscope.compare([0.1, 0.11, 0.12, 0.13], [0.9, 0.92, 0.91, 0.9], paired=paired)
        assert found.p_value < 0.001
        assert found.verdict == "too few seeds"
        assert found.note == "4 seeds decide nothing; 5 are the fewest that do."
        assert found.note in str(found)
    uneven = regscope.compare([0.1, 0.11, 0.12, 0.13], [0.9, 0.92] * 5, paired=False)
    assert uneven.verdict == "too few seeds"


def test_what_is_undecided_says_what_is_wanting() -> None:
    found = regscope.compare(FIRST, SECOND, paired=False)
    shown = f"These 10 seeds can show differences from {found.detectable_difference:.3g} on;"
    assert (
        found.note == f"{shown} {found.seeds_needed} would be needed to show the difference seen."
    )
    narrow = regscope.compare(FIRST, SECOND, paired=False, matters=3.0)
    assert (narrow.verdict, narrow.matters, narrow.note) == ("undecided", 3.0, found.note)
    wide = regscope.compare(FIRST, SECOND, paired=False, matters=3.3)
    assert wide.verdict == "undecided"
    assert (
        wide.note == f"{shown} {wide.seeds_equal} would be needed to show that it does not matter."
    )


@pytest.mark.parametrize("paired", [True, False])
def test_no_difference_that_matters(paired: bool) -> None:
    found = regscope.compare(BASELINE, OTHER, paired=paired, matters=0.02)
    assert (found.verdict, found.note) == (
        "no difference that matters", "Certain, and too small to matter.",
    )  # fmt: skip
    shifted = [value + (0.001 if seed % 2 else -0.001) for seed, value in enumerate(BASELINE)]
    close = regscope.compare(BASELINE, shifted, paired=paired, matters=0.02)
    assert (close.verdict, close.note) == ("no difference that matters", "")
    assert regscope.compare(BASELINE, OTHER, paired=paired, matters=0.001).verdict == "better"


@pytest.mark.parametrize(("effect", "seeds"), [(0.2, 394), (0.5, 64), (0.8, 26)])
def test_seeds_needed_are_those_of_published_tables(effect: float, seeds: int) -> None:
    """Cohen 1988, table 2.4.1 (two-tailed 0.05, power 0.8): 393, 64, 26; exactly 393.4 of small."""
    assert seeds_of_each(effect, 1, 1) == seeds
    assert seeds_of_each(-effect, 1, 1) == seeds


def test_power_is_the_share_of_simulated_studies_that_reject() -> None:
    draws = np.random.default_rng(0)
    one, other = draws.normal(0, 1, (20_000, 12)), draws.normal(1.5, 2, (20_000, 12))
    rejected = (scipy.stats.ttest_ind(one, other, axis=1, equal_var=False).pvalue < 0.05).mean()
    assert rejected == pytest.approx(welch_power(1.5, 12, 1, 2), abs=0.014)


def test_the_detectable_difference_is_shown_with_the_power_asked_for() -> None:
    found = regscope.compare(FIRST, SECOND, paired=False)
    deviations = float(np.std(FIRST, ddof=1)), float(np.std(SECOND, ddof=1))
    assert welch_power(found.detectable_difference, 10, *deviations) == pytest.approx(0.8)


def test_samples_without_spread() -> None:
    """Of C(10, 5) = 252 ways to deal ten numbers into two samples two are as extreme."""
    found = compare_unpaired(np.full(5, 0.93), np.full(5, 0.9))
    assert found.p_value == pytest.approx(2 / 252)
    assert (found.low, found.high, found.seeds_needed) == (found.difference, found.difference, 4)
    same = compare_unpaired(np.full(5, 0.9), np.full(6, 0.9))
    assert (same.p_value, same.difference, same.seeds_needed) == (1.0, 0.0, None)
    assert same.probability_better == 0.5
    assert same.detectable_difference == 0
    assert math.isfinite(compare_unpaired(np.array([1.0, 1.0]), np.array([1.0, 2.0])).low)


def test_more_than_a_million_seeds_are_never_called_for() -> None:
    assert seeds_of_each(1e-4, 1, 1) is None
    assert (seeds_of_each(0.0041, 1, 1) or 0) <= MOST_SEEDS


@pytest.mark.parametrize("value", ["no", "False", 0, 1, [True]])
def test_the_truth_of_what_is_no_truth_value_decides_nothing(value: Any) -> None:
    with pytest.raises(regscope.RegscopeError) as refused:
        regscope.compare(BASELINE, OTHER, higher_is_better=value)
    assert str(refused.value) == f"higher_is_better = {value!r}: must be True, False or None"
    with pytest.raises(regscope.RegscopeError) as refused:
        regscope.compare(BASELINE, OTHER, paired=value)
    assert str(refused.value) == f"paired = {value!r}: must be True or False"


def test_truth_values_of_numpy_are_what_they_say() -> None:
    for value in (True, False):
        of_numpy: Any = np.bool(value)
        assert regscope.compare(BASELINE, OTHER, higher_is_better=of_numpy) == regscope.compare(
            BASELINE, OTHER, higher_is_better=value
        )
        assert regscope.compare(BASELINE, OTHER, paired=of_numpy) == regscope.compare(
            BASELINE, OTHER, paired=value
        )


@pytest.mark.parametrize("matters", [0, -0.1, math.inf, math.nan, "0.1", [0.1]])
def test_what_matters_is_above_zero(matters: Any) -> None:
    with pytest.raises(regscope.RegscopeError) as refused:
        regscope.compare(BASELINE, OTHER, matters=matters)
    assert str(refused.value) == f"matters = {matters!r}: must be a finite number above 0"


@pytest.mark.parametrize(
    ("baseline", "other", "paired", "told"),
    [
        ([1, 2], [1, 2, 3], True, "baseline has 2 numbers and other 3: pairs need as many"),
        ([1], [1, 2], False, r"baseline: must be at least 2 numbers, one a seed, not of shape \[1"),
        ([1, 2], [1, math.nan], True, r"other\[1\] = nan: must be a finite number"),
        (["a", "b"], [1, 2], True, "baseline = .*: must be numbers, one a seed"),
        ([[1, 2]], [1, 2], True, r"baseline: must be .* not of shape \[1, 2\]"),
    ],
)
def test_what_is_wrong_is_one_line(
    baseline: list[float], other: list[float], paired: bool, told: str
) -> None:
    with pytest.raises(regscope.RegscopeError, match=f"^{told}"):
        regscope.compare(baseline, other, paired=paired)


def test_series_are_paired_by_their_index() -> None:
    baseline = pd.Series(BASELINE)
    expected = regscope.compare(BASELINE, OTHER)
    assert regscope.compare(baseline, pd.Series(OTHER)[::-1]) == expected
    turned = regscope.compare(BASELINE[::-1], OTHER[::-1])
    assert regscope.compare(baseline[::-1], pd.Series(OTHER)) == turned
    assert regscope.compare(baseline, OTHER) == expected
    twice = [0] * len(BASELINE)
    assert regscope.compare(pd.Series(BASELINE, twice), pd.Series(OTHER, twice)) == expected


@pytest.mark.parametrize("index", [range(5, 15), [*range(9), 0], list("abcdefghij")])
def test_series_of_other_seeds_are_no_pairs(index: list[Any]) -> None:
    baseline, other = pd.Series(BASELINE), pd.Series(OTHER, index)
    told = "^baseline and other have other indices .*: pairs need the same, such as the seed"
    with pytest.raises(regscope.RegscopeError, match=told) as refused:
        regscope.compare(baseline, other)
    assert len(str(refused.value)) < 300
    unpaired = regscope.compare(baseline, other, paired=False)
    assert unpaired == regscope.compare(BASELINE, OTHER, paired=False)
    assert regscope.compare(baseline, other.to_numpy()) == regscope.compare(BASELINE, OTHER)


def test_tensors_are_numbers_also_with_a_gradient() -> None:
    numbers = torch.tensor([0.5, 0.25, 0.75, 0.5, 1.0], requires_grad=True)
    other = [1.0, 1.0, 1.0, 1.0, 1.5]
    expected = regscope.compare(numbers.tolist(), other)
    for given in (numbers, list(numbers), numbers.bfloat16(), numbers.detach().numpy()):
        assert regscope.compare(given, other) == expected  # type: ignore[arg-type]

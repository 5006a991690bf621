"""The chart's numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regscope.report.ranking import MARGIN, ranking
from tests.report import synthetic

REGS = ("none", "l1", "l2")


def test_best_first_with_absent_cells_left_out() -> None:
    found = ranking(synthetic.found(), REGS)
    assert [(bar.reg, bar.accuracy, bar.difference, bar.verdict) for bar in found.bars] == [
        ("l1", "93.20 ± 2.39", "+1.20", "better"),
        ("none", "92.00 ± 1.96", "", "baseline"),
    ]


def test_positions_are_linear_between_the_ends() -> None:
    """Intervals reach from 90.037 to 95.588, which lie MARGIN from the ends of the axis."""
    found = ranking(synthetic.found(), REGS)
    first, second = found.bars
    low, high = 90.0368, 95.5884

    def place(value: float) -> float:
        return MARGIN + (100 - 2 * MARGIN) * (value - low) / (high - low)

    assert (second.low, first.high) == (MARGIN, 100 - MARGIN)
    assert first.middle == pytest.approx(place(93.2), abs=0.02)
    assert second.middle == found.baseline == pytest.approx(place(92), abs=0.02)
    assert (found.first, found.last) == ("89.8", "95.8")


def test_one_seed_is_a_point_without_a_bar() -> None:
    found = ranking(synthetic.found({"none": (0.9,), "l1": (0.8,)}), REGS)
    assert [bar.middle for bar in found.bars] == [100 - MARGIN, MARGIN]
    assert {bar.low for bar in found.bars} == {bar.high for bar in found.bars} == {None}


GUESSING = {"none": (0.92, 0.90), "l1": (0.51, 0.5), "l2": (0.5, 0.91)}


def test_seeds_that_are_hardly_better_than_a_guess_are_counted() -> None:
    """Of two classes as frequent: at most a fiftieth of the way from 0.5 to 1."""
    results = synthetic.found(GUESSING)
    assert results.at_chance == {"l1": 2, "l2": 1}
    assert results.lost == {"l1"}
    assert synthetic.found({"none": (0.5, 0.51), "l1": (0.5, 0.4)}).lost == set()
    assert synthetic.found().at_chance == {}


def test_what_the_study_is_about_says_what_is_hardly_better() -> None:
    """Of 94 in 100 accuracy says little: balanced, the same networks are well above one half."""
    found = synthetic.found({"none": (0.94, 0.93), "l1": (0.94, 0.94)})
    seeds = found.seeds.assign(balanced_accuracy=[0.55, 0.58, 0.5, 0.505])
    guess = found.guesses.assign(test_accuracy=0.94, balanced_accuracy=0.5)
    rare = replace(found, seeds=seeds, guess=guess)
    assert rare.at_chance == {"none": 2, "l1": 2}
    assert replace(rare, primary="balanced_accuracy").at_chance == {"l1": 2}


def test_a_cell_that_learned_nothing_leaves_the_axis_to_the_others() -> None:
    found = ranking(synthetic.found(GUESSING | {"l2": (0.91, 0.92)}), REGS)
    *others, lost = found.bars
    assert (lost.reg, lost.low, lost.middle, lost.high) == ("l1", 0, 0, 0)
    assert lost.beyond
    assert not any(bar.beyond for bar in others)
    assert min(bar.low for bar in others if bar.low is not None) == MARGIN
    assert max(bar.high for bar in others if bar.high is not None) == 100 - MARGIN


def test_the_constant_guess_stands_where_the_axis_reaches_it() -> None:
    assert ranking(synthetic.found(), REGS).guess is None
    near = {"none": (0.45, 0.55, 0.6, 0.5, 0.4), "l1": (0.6, 0.7, 0.6, 0.65, 0.7)}
    found = ranking(synthetic.found(near), REGS)
    assert found.guess == found.baseline

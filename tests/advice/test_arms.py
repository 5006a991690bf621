"""What a search tries: which arms, which values, and where trainings are read off."""

from __future__ import annotations

import pytest

from regscope.advice.arms import Setting, arms_of, read_off
from regscope.advice.protocol import COCKTAIL
from regscope.base.errors import RegscopeError
from regscope.regularizers import REGULARIZERS
from tests import tiny

SHAPE = (1, 8, 8)


def test_none_comes_first_every_method_that_fits_has_an_arm_and_the_cocktail_is_last() -> None:
    arms, unfit = arms_of(tiny.study(), SHAPE)
    names = [arm.name for arm in arms]
    assert names[0] == "none"
    assert names[-1] == COCKTAIL
    assert {*names[1:-1], *unfit} == set(REGULARIZERS)
    assert "residual branch" in unfit["stochastic_depth"]


def test_values_that_do_not_fit_the_study_or_its_examples_are_not_tried() -> None:
    arms = {arm.name: arm for arm in arms_of(tiny.study(), SHAPE)[0]}
    assert arms["cutout"].values["cutout"] == (1, 2, 3, 4, 6, 8)
    assert max(REGULARIZERS["cutout"].searched) > 8


def test_learning_rates_lie_around_the_study_s_own_to_three_digits() -> None:
    none = arms_of(tiny.study(), SHAPE, ["l2"])[0][0]
    assert none.rates == (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
    assert none.usual == Setting(0.1, 3)
    assert none.size == 9


def test_a_training_is_read_off_where_a_shorter_one_would_end() -> None:
    study = tiny.study(training={"epochs": 8})
    arms = {arm.name: arm for arm in arms_of(study, SHAPE, ["l2", "swa"])[0]}
    assert arms["l2"].lengths == (8,)
    assert arms["l2"].closer(arms["l2"].usual).epochs == 16
    assert read_off(study, Setting(0.1, 8)) == (2, 4, 8)
    assert read_off(study, Setting(0.1, 16)) == (2, 4, 8, 16)
    # What it averages depends on how long the run is.
    assert arms["swa"].lengths == (8, 16)
    assert arms["swa"].closer(arms["swa"].usual) == arms["swa"].usual
    assert read_off(study, Setting(0.1, 8, (("swa", 0.5),))) == (8,)


def test_a_measure_that_history_does_not_have_is_taken_at_the_end() -> None:
    study = tiny.study(training={"epochs": 8})
    evaluation = study.evaluation.model_copy(update={"primary": "balanced_accuracy"})
    study = study.model_copy(update={"evaluation": evaluation})
    arms, _ = arms_of(study, SHAPE, ["l2"])
    assert [arm.lengths for arm in arms] == [(2, 4, 8, 16)] * 2
    assert read_off(study, Setting(0.1, 8)) == (8,)


def test_a_schedule_that_spans_the_run_is_tried_at_every_length() -> None:
    study = tiny.study(training={"epochs": 8, "schedule": {"kind": "cosine"}})
    assert arms_of(study, SHAPE, ["l2"])[0][1].lengths == (2, 4, 8, 16)


def test_one_method_alone_makes_no_cocktail() -> None:
    assert [arm.name for arm in arms_of(tiny.study(), SHAPE, ["l2"])[0]] == ["none", "l2"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["l3"], "--methods l3: choose from:"),
        (["stochastic_depth"], "no method fits the study: stochastic_depth: "),
    ],
)
def test_a_method_that_there_is_not_or_that_fits_nowhere_is_one_line(
    asked: list[str], told: str
) -> None:
    with pytest.raises(RegscopeError) as caught:
        arms_of(tiny.study(), SHAPE, asked)
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)


def test_a_method_of_a_run_s_last_part_has_the_lengths_that_hold_one() -> None:
    """Of ten epochs the last tenth has one, and no average."""
    swa = arms_of(tiny.study(training={"epochs": 20}), SHAPE, ["swa"])[0][1]
    assert swa.values["swa"] == (0.5, 0.75, 0.9)
    assert swa.lengths == (20, 40)

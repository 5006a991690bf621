from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.claims.rule import (
    AGAINST,
    VERDICTS,
    Rule,
    Settled,
    corrected,
    joint,
    value_verdict,
    verdict,
    word,
)
from regscope.statistics import EQUAL, Interval

RULE = Rule()
AS_CLAIMED = Interval(0.02, 0.01, 0.03)
OPPOSITE = Interval(-0.02, -0.03, -0.01)
AROUND_ZERO = Interval(0.01, -0.01, 0.03)


@pytest.mark.parametrize(
    ("oriented", "p_holm", "seeds", "negligible", "expected"),
    [
        (AS_CLAIMED, 0.01, 5, False, "as claimed"),
        (AS_CLAIMED, 0.05, 5, False, "undecided"),
        (AS_CLAIMED, 0.01, 4, False, "undecided"),
        (AROUND_ZERO, 0.01, 10, False, "undecided"),
        (Interval(0.01, 0.0, 0.02), 0.01, 10, False, "undecided"),
        (OPPOSITE, 0.01, 5, False, "opposite"),
        (OPPOSITE, 0.05, 5, False, "undecided"),
        (OPPOSITE, 0.01, 4, False, "undecided"),
        (AS_CLAIMED, 0.01, 5, True, "equal"),
        (OPPOSITE, 0.01, 5, True, "equal"),
        (AROUND_ZERO, 1.0, 5, True, "equal"),
        (AROUND_ZERO, 1.0, 4, True, "undecided"),
    ],
)
def test_an_effect_needs_its_interval_its_corrected_p_and_enough_seeds(
    oriented: Interval, p_holm: float, seeds: int, negligible: bool, expected: str
) -> None:
    assert word(oriented, p_holm, seeds, RULE, negligible) == expected


@pytest.mark.parametrize("settled", list(AGAINST))
def test_a_word_becomes_a_verdict_by_its_size_and_by_what_the_document_states(
    settled: Settled,
) -> None:
    assert verdict("as claimed", True, settled) == "reproduced"
    assert verdict("as claimed", False, settled) == "same direction"
    assert verdict("equal", True, settled) == EQUAL
    assert verdict("undecided", True, settled) == "undecided"
    expected = {
        "stated": "contradicted",
        "strength assumed": "not at the strength assumed",
        "unstated": "not in the setting assumed",
    }
    assert verdict("opposite", True, settled) == expected[settled]


@pytest.mark.parametrize(
    ("published", "p_holm", "seeds", "others", "expected"),
    [
        (0.93, 1.0, 5, [0.95], "reproduced"),
        (0.94, 1.0, 5, [0.95], "reproduced"),
        (0.93, 1.0, 4, [0.95], "undecided"),
        (0.93, 1.0, 5, [], "compatible, says little"),
        (0.93, 1.0, 5, [0.935], "compatible, says little"),
        (0.93, 1.0, 5, [0.935, 0.95], "compatible, says little"),
        (0.93, 1.0, 5, [0.935, 0.95, 0.91], "reproduced"),
        (0.95, 0.049, 5, [0.91], "contradicted"),
        (0.91, 0.049, 5, [0.93], "contradicted"),
        (0.95, 0.05, 5, [0.91], "undecided"),
        (0.95, 0.001, 4, [0.91], "undecided"),
    ],
)
def test_one_published_value_is_held_against_where_a_new_run_falls(
    published: float, p_holm: float, seeds: int, others: list[float], expected: str
) -> None:
    new_run = Interval(0.93, 0.92, 0.94)
    assert value_verdict(published, new_run, p_holm, seeds, others, "stated", RULE) == expected


def test_the_rules_numbers_decide() -> None:
    assert word(AS_CLAIMED, 0.07, 5, Rule(significance=0.1)) == "as claimed"
    assert word(AS_CLAIMED, 0.01, 5, Rule(fewest_seeds=6)) == "undecided"
    new_run = Interval(0.93, 0.92, 0.94)
    easy = Rule(telling=0.3)
    assert value_verdict(0.93, new_run, 1.0, 5, [0.935, 0.95], "stated", easy) == "reproduced"


def test_readings_that_disagree_are_said_to() -> None:
    assert joint(["reproduced", "reproduced"]) == "reproduced"
    assert joint(["reproduced", "undecided"]) == "depends on the reading"
    assert joint([]) == "not run"


@given(
    mean=st.floats(-1, 1),
    half=st.floats(0, 1),
    p_holm=st.floats(0, 1),
    seeds=st.integers(1, 20),
    fits=st.booleans(),
)
def test_turning_an_effect_round_swaps_reproduced_and_contradicted(
    mean: float, half: float, p_holm: float, seeds: int, fits: bool
) -> None:
    found, turned = (
        verdict(
            word(
                Interval(sign * mean, sign * mean - half, sign * mean + half), p_holm, seeds, RULE
            ),
            fits,
            "stated",
        )
        for sign in (1, -1)
    )
    assert found in VERDICTS
    assert (found == "undecided") == (turned == "undecided")
    assert (found == "contradicted") == (turned in ("reproduced", "same direction"))


def test_holm_corrects_within_a_family_and_not_across() -> None:
    p_values = {"a": 0.01, "b": 0.04, "c": 0.03, "alone": 0.04}
    families = {"a": 1, "b": 1, "c": 1, "alone": 2, "not run": 1}
    assert corrected(p_values, families) == pytest.approx(
        {"a": 0.03, "b": 0.06, "c": 0.06, "alone": 0.04}
    )

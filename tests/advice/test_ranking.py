"""How methods stand over data sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.advice.lost import DIVERGES, NO_ROOM
from regscope.advice.ranking import held, ranking
from regscope.statistics import EQUAL, UNDECIDED

NONE = {"arm": "none", "beats_guess": True}


def data(
    none: float, measure: str = "test_accuracy", lost: tuple[str, ...] = (), **arms: float
) -> dict[str, Any]:
    """Advice whose arms have these means on test, or are lost."""
    compared = [
        {"arm": name, "test": test, "verdict": "undecided", "beats_guess": True}
        for name, test in arms.items()
    ]
    unfit = {"cutmix": "there is none for points data: it is for image"}
    return {
        "measure": measure,
        "arms": [{**NONE, "test": none}, *compared],
        "shared_test": False,
        "unfit": unfit | dict.fromkeys(lost, f"{DIVERGES}, at a learning rate of 1"),
    }


def test_the_best_mean_rank_comes_first_and_equals_share_a_rank() -> None:
    found = ranking({
        "one": data(0.90, l2=0.92, dropout=0.91),
        "two": data(0.80, l2=0.85, dropout=0.80),
        "three": data(0.5, l2=0.4, dropout=0.6),
    })  # fmt: skip
    assert found is not None
    assert [one.method for one in found.standings] == ["l2", "dropout", "none"]
    ranks = [one.rank for one in found.standings]
    assert ranks == pytest.approx([5 / 3, 5.5 / 3, 7.5 / 3])
    by_method = {one.method: one for one in found.standings}
    assert by_method["l2"].ahead == 2
    assert by_method["dropout"].ahead == 2.5


def test_of_a_loss_less_is_ahead() -> None:
    losses = {name: data(1.0, "test_loss", l2=0.5, l1=2.0) for name in ("one", "two", "three")}
    found = ranking(losses)
    assert found is not None
    assert found.standings[0].method == "l2"
    assert found.standings[0].ahead == 3


def test_a_method_that_some_data_set_lacks_has_no_rank_and_comes_last() -> None:
    found = ranking({
        "one": data(0.9, l2=0.8, l1=0.7, cutout=0.99),
        "two": data(0.9, l2=0.8, l1=0.7, cutout=0.99),
        "three": data(0.9, l2=0.8, l1=0.7),
    })  # fmt: skip
    assert found is not None
    assert [one.method for one in found.standings] == ["none", "l2", "l1", "cutout"]
    last = found.standings[-1]
    assert (last.rank, last.p_holm, last.ahead, last.studies) == (None, None, 2, 2)
    assert found.ranked == 3


def test_a_method_that_diverged_is_the_worst_there_and_not_gone() -> None:
    found = ranking({
        **{f"good {number}": data(0.5, l2=0.6, l1=0.4) for number in range(3)},
        **{f"bad {number}": data(0.5, lost=("l2",), l1=0.4) for number in range(3)},
    })  # fmt: skip
    assert found is not None
    by_method = {one.method: one for one in found.standings}
    assert by_method["l2"].rank == pytest.approx(2)
    assert by_method["l2"].ahead == 3
    assert by_method["l2"].studies == 6
    assert by_method["l2"].counted("worse") == 3
    assert "cutmix" not in by_method


def test_too_few_data_sets_are_no_ranking() -> None:
    own = data(0.9, l2=0.8, l1=0.7)
    assert ranking({"one": own, "two": own}) is None


def test_too_few_methods_in_common_are_no_ranking() -> None:
    l2, l1 = data(0.9, l2=0.8, dropout=0.7), data(0.9, l1=0.8, dropout=0.7)
    assert ranking({"one": l2, "two": l2, "three": l1}) is None


@pytest.mark.parametrize(("studies", "shows"), [(5, False), (6, False), (7, True)])
def test_a_few_data_sets_show_nothing_whatever_they_say(studies: int, shows: bool) -> None:
    """Of two methods 7 of 7 have p = 2 * 2 / 2**7, below 0.05, and 6 of 6 are above."""
    found = ranking({f"set {n}": data(0.5, always=0.6, never=0.4) for n in range(studies)})
    assert found is not None
    assert found.shows == shows
    always = {one.method: one for one in found.standings}["always"].p_holm
    assert always is not None
    assert (always < 0.05) == shows


@pytest.mark.parametrize(
    ("shared", "arm", "verdict"),
    [
        (True, {"verdict": "better", "beats_guess": True, "holds": True}, "better"),
        (True, {"verdict": "better", "beats_guess": True, "holds": False}, UNDECIDED),
        # Whether it holds for other examples is not known.
        (True, {"verdict": "better", "beats_guess": True}, UNDECIDED),
        # Every seed has others.
        (False, {"verdict": "better", "beats_guess": True}, "better"),
        (False, {"verdict": "better", "beats_guess": False}, UNDECIDED),
        (True, {"verdict": "worse", "beats_guess": True, "holds": False}, UNDECIDED),
        (True, {"verdict": "worse", "beats_guess": False, "holds": True}, "worse"),
        (True, {"verdict": EQUAL, "beats_guess": True, "holds": False}, EQUAL),
    ],
)
def test_a_verdict_counts_where_it_holds_elsewhere(
    shared: bool, arm: Mapping[str, Any], verdict: str
) -> None:
    assert held({"shared_test": shared}, arm) == verdict


def test_twelve_of_twelve_is_more_than_chance_and_six_of_twelve_is_not() -> None:
    found = ranking({
        f"set {number}": data(0.5, always=0.6, half=0.6 if number % 2 else 0.4)
        for number in range(12)
    })  # fmt: skip
    assert found is not None
    by_method = {one.method: one for one in found.standings}
    assert by_method["always"].p_holm == pytest.approx(2 * 2 / 2**12)
    assert by_method["half"].p_holm == 1
    assert by_method["half"].chance == pytest.approx((0.211, 0.789), abs=1e-3)


@given(st.lists(st.lists(st.integers(0, 5), min_size=4, max_size=4), min_size=3, max_size=8))
def test_ranks_sum_to_those_of_any_order(scores: list[list[int]]) -> None:
    found = ranking({
        f"set {number}": data(own[0], l1=own[1], l2=own[2], dropout=own[3])
        for number, own in enumerate(scores)
    })  # fmt: skip
    assert found is not None
    assert sum(one.rank or 0 for one in found.standings) == pytest.approx(10)
    assert 0 <= found.p <= 1
    for one in found.standings:
        assert 0 <= one.ahead <= len(scores)
        assert one.chance[0] <= one.chance[1]


def test_advice_whose_minutes_left_methods_out_is_not_ranked() -> None:
    """They would be missing where they do badly."""
    three = {
        "one": data(0.90, l2=0.92, dropout=0.91),
        "two": data(0.80, l2=0.85, dropout=0.80),
        "three": data(0.5, l2=0.4, dropout=0.6),
    }
    fourth = data(0.5, l2=0.6)
    fourth["unfit"] = {"dropout": f"{NO_ROOM}: those of --minutes 3 held 2 of 3 arms"}
    found = ranking(three | {"four": fourth})
    assert found is not None
    assert found == ranking(three)
    assert ranking({"one": three["one"], "two": three["two"], "four": fourth}) is None

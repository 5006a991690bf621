"""Which settings are tried: the usual one first, none twice, and better ones as more is known."""

from __future__ import annotations

from math import log10, nan

import pytest

from regscope.advice.arms import Arm, Setting
from regscope.advice.protocol import COCKTAIL, MOST_MIXED, SPREAD
from regscope.advice.sampling import Sampler

RATES = (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
STRENGTHS = tuple(10.0**-power for power in range(12, 0, -1))
L2 = Arm("l2", {"l2": STRENGTHS}, 1, RATES, (10,))
MIXED = Arm(COCKTAIL, {"l2": STRENGTHS, "l1": STRENGTHS, "dropout": (0.1, 0.2), "ema": (0.9,)}, 3,
            RATES, (10,))  # fmt: skip


def found(arm: Arm, count: int, seed: int = 0) -> list[Setting]:
    """Of a search for a learning rate of 0.1 and a strength of 1e-3."""
    sampler = Sampler(arm, seed)
    tried: list[Setting] = []
    for _ in range(count // 4):
        asked = sampler.ask(4)
        for setting in asked:
            strength = dict(setting.methods).get("l2", 1e-12)
            sampler.tell(setting, -abs(log10(setting.learning_rate) + 1) - abs(log10(strength) + 3))
        tried += asked
    return tried


def test_the_usual_setting_comes_first() -> None:
    assert Sampler(L2, 0).ask(1) == [Setting(0.1, 10, (("l2", STRENGTHS[6]),))]
    assert Sampler(Arm("none", {}, 0, RATES, (5, 10)), 0).ask(1) == [Setting(0.1, 10)]


def test_no_setting_is_tried_twice_and_the_same_seed_tries_the_same() -> None:
    tried = found(L2, 40)
    assert len(set(tried)) == len(tried) == 40
    assert found(L2, 40) == tried
    assert found(L2, 40, seed=1) != tried


def test_the_first_ones_are_spread_over_every_axis() -> None:
    """A Sobol sequence of 8 points has one in each eighth of every axis."""
    first = Sampler(L2, 3).ask(1 + SPREAD)[1:]
    rates = {RATES.index(setting.learning_rate) for setting in first}
    strengths = {STRENGTHS.index(setting.methods[0][1]) for setting in first}
    assert len(rates) >= 7
    assert len(strengths) >= 7


def test_what_comes_later_is_better_than_what_is_drawn_evenly() -> None:
    """Over ten seeds, mean distance from the best of the last 12 against that of the first 12."""

    def distance(setting: Setting) -> float:
        return abs(log10(setting.learning_rate) + 1) + abs(log10(setting.methods[0][1]) + 3)

    gains = []
    for seed in range(10):
        tried = found(L2, 36, seed)
        early, late = tried[1:13], tried[-12:]
        gains.append(sum(map(distance, early)) / 12 - sum(map(distance, late)) / 12)
    assert sum(gains) / 10 > 1
    assert sum(gain > 0 for gain in gains) >= 9


@pytest.mark.parametrize("arm", [Arm("none", {}, 0, RATES, (10,)), L2])
def test_an_arm_with_few_settings_tries_all_of_them_and_then_no_more(arm: Arm) -> None:
    sampler = Sampler(arm, 0)
    tried = []
    while asked := sampler.ask(16):
        for setting in asked:
            sampler.tell(setting, 0.5)
        tried += asked
    assert len(tried) == len(set(tried)) == arm.size
    assert sampler.ask(1) == []


def test_a_cocktail_mixes_two_or_more_so_many_at_most_and_each_once() -> None:
    tried = found(MIXED, 40)
    assert {len(setting.methods) for setting in tried} == set(range(2, MOST_MIXED + 1))
    for setting in tried:
        names = [name for name, _ in setting.methods]
        assert names == sorted(set(names))


def test_settings_that_cannot_be_trained_are_left() -> None:
    """Where every learning rate from 0.1 on diverges, later ones lie below."""
    sampler = Sampler(L2, 0)
    tried: list[Setting] = []
    for _ in range(12):
        asked = sampler.ask(4)
        for setting in asked:
            sampler.tell(setting, nan if setting.learning_rate >= 0.1 else 0.5)
        tried += asked
    fine = [setting.learning_rate < 0.1 for setting in tried]
    assert sum(fine[-16:]) > sum(fine[:16])

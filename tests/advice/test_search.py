"""How many settings an arm tries, which are looked at closer, and with which seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.advice.arms import Arm, Setting
from regscope.advice.found import Found, Network
from regscope.advice.protocol import CLOSER_SEEDS, LAST_SEEDS
from regscope.advice.search import (
    Search,
    best,
    networks_to_come,
    next_generation,
)

RATES = (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
STRENGTHS = tuple(10.0**-power for power in range(12, 0, -1))
ARMS = [
    Arm("none", {}, 0, RATES, (10,), 20),
    Arm("l2", {"l2": STRENGTHS}, 1, RATES, (10,), 20),
    Arm("l1", {"l1": STRENGTHS}, 1, RATES, (10,), 20),
]


class Trainer:
    """Scores a setting by its strength, without training; notes what was asked for."""

    def __init__(self, path: Path) -> None:
        self.found = Found(path)
        self.asked: list[tuple[int, range]] = []

    def train(self, settings: Sequence[Setting], seeds: range) -> None:
        for wanting, own in self.found.missing(settings, seeds).items():
            self.asked.append((len(own), wanting))
            self.found.add([network(setting, seed) for setting in own for seed in wanting], 1.0)


def network(setting: Setting, seed: int) -> Network:
    strength = dict(setting.methods).get("l2", 0.5)
    score = 0.5 + 0.01 * seed + 0.1 * setting.learning_rate + 0.1 * strength
    return Network(setting, seed, (score,), (1 - score,))


@pytest.fixture
def trainer(tmp_path: Path) -> Trainer:
    return Trainer(tmp_path / "found.json")


def searched(trainer: Trainer, trials: int) -> Search:
    search = Search(ARMS, trainer.found, trainer.train, 0)
    while search.trials < trials:
        search.generation(trials)
    return search


@pytest.mark.parametrize("trials", [1, 4, 5, 9, 32])
def test_arms_try_as_many_settings_and_none_all_that_it_has(trainer: Trainer, trials: int) -> None:
    found = searched(trainer, trials).closer()
    assert [one.tried for one in found] == [9, trials, trials]


def test_arms_whose_best_setting_has_the_least_value_are_left_and_none_stays(
    trainer: Trainer,
) -> None:
    """Of the trainer, L1 always has the half of a strength, and L2 may have less."""
    search = searched(trainer, 4)
    reached = {
        arm: max(
            one.scores[0]
            for (setting, _), one in trainer.found.networks.items()
            if set(setting.cell) == {arm}
        )
        for arm in ("l2", "l1")
    }
    first, last = sorted(reached, key=lambda arm: -reached[arm])
    assert reached[first] > reached[last]
    assert search.behind(3) == []
    assert search.behind(2) == [last]
    search.leave([last])
    before = len(trainer.found.networks)
    search.generation()
    [added] = {tuple(setting.cell) for setting, _ in list(trainer.found.networks)[before:]}
    assert added == (first,)
    assert [one.arm.name for one in search.closer()] == [
        arm.name for arm in ARMS if arm.name != last
    ]


def test_an_arm_that_cannot_be_trained_is_left_first(trainer: Trainer) -> None:
    def diverging(settings: Sequence[Setting], seeds: range) -> None:
        trainer.train(settings, seeds)
        for setting in settings:
            if set(setting.cell) == {"l1"}:
                for seed in seeds:
                    nothing = (float("nan"),)
                    trainer.found.networks[setting, seed] = Network(setting, seed, nothing, nothing)

    search = Search(ARMS, trainer.found, diverging, 0)
    search.generation(4)
    assert search.behind(2) == ["l1"]


def test_the_best_are_looked_at_closer_longer_and_with_more_seeds(trainer: Trainer) -> None:
    search = searched(trainer, 32)
    before = len(trainer.asked)
    l2 = next(one for one in search.closer() if one.arm.name == "l2")
    closer, last = trainer.asked[before:]
    # Four of 32 and of 9, and two of each of these; the seeds of the first look stay.
    assert closer == (4 + 4 + 4, range(CLOSER_SEEDS))
    assert last == (2 + 2 + 2, range(CLOSER_SEEDS, LAST_SEEDS))
    assert all(setting.epochs == 20 for setting in l2.finalists)
    tried = {s for s, _ in trainer.found.networks if s.epochs == 10 and s.cell.keys() == {"l2"}}
    at_best = max(tried, key=lambda setting: network(setting, 0).scores)
    assert at_best in {Setting(s.learning_rate, 10, s.methods) for s in l2.finalists}


def test_how_many_networks_are_to_come_is_said_beforehand(trainer: Trainer) -> None:
    arms = [ARMS[1], ARMS[2]]
    for trials in (4, 16, 32):
        fresh = Trainer(trainer.found.path.with_name(f"{trials}.json"))
        search = Search(arms, fresh.found, fresh.train, 0)
        while search.trials < trials:
            search.generation(trials)
        before = len(fresh.found.networks)
        search.closer()
        assert len(fresh.found.networks) - before == sum(networks_to_come(2, trials))


def test_generations_grow_and_do_not_depend_on_how_many_are_wanted() -> None:
    done, sizes = 0, []
    for _ in range(6):
        sizes.append(next_generation(done))
        done += sizes[-1]
    assert sizes == [4, 4, 8, 16, 16, 16]


def test_the_same_trials_are_the_same_whatever_was_there_before(trainer: Trainer) -> None:
    first = searched(trainer, 9).closer()
    asked = len(trainer.asked)
    again = searched(trainer, 9).closer()
    assert again == first
    assert len(trainer.asked) == asked


def test_settings_without_a_score_are_looked_at_closer_only_where_there_is_no_other(
    tmp_path: Path,
) -> None:
    nan = float("nan")
    found = Found(tmp_path / "found.json")
    settings = [Setting(rate, 10) for rate in (0.1, 0.2, 0.3)]
    found.add(
        [Network(s, 0, (v,), (v,)) for s, v in zip(settings, (nan, 0.4, nan), strict=True)], 0
    )
    assert best(found, settings, range(1), 8) == [settings[1]]
    assert best(found, settings[:1], range(1), 8) == settings[:1]


def test_of_equal_scores_the_one_with_less_loss(tmp_path: Path) -> None:
    found = Found(tmp_path / "found.json")
    settings = [Setting(rate, 10) for rate in (0.1, 0.2, 0.3)]
    losses = (0.3, 0.1, 0.2)
    found.add([Network(s, 0, (0.5,), (v,)) for s, v in zip(settings, losses, strict=True)], 0)
    assert best(found, settings, range(1), 2) == [settings[1], settings[2]]


@given(
    scores=st.lists(st.floats(0, 1) | st.just(float("nan")), min_size=2, max_size=2),
    points=st.none() | st.lists(st.floats(-9, 1, width=32), min_size=1, max_size=20),
)
def test_what_was_found_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, scores: list[float], points: list[float] | None
) -> None:
    import numpy as np

    path = tmp_path_factory.mktemp("found") / "found.json"
    setting = Setting(0.003, 20, (("batch_norm", True), ("l2", 1e-5)))
    known = None if points is None else np.array(points, np.float32)
    Found(path).add([Network(setting, 7, tuple(scores), (0.1, 0.2), known)], 2.5)
    read = Found.at(path)
    assert read.seconds == 2.5
    [back] = read.networks.values()
    assert (back.setting, back.seed, back.losses) == (setting, 7, (0.1, 0.2))
    assert np.array_equal(back.scores, scores, equal_nan=True)
    assert (back.points is None) == (known is None)
    assert back.points is None or np.array_equal(back.points, np.array(points, np.float32))


def test_a_damaged_file_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    Found(path).add([network(Setting(0.1, 5), 0)], 1.0)
    for damaged in (path.read_text()[:-20], path.read_text().replace("0.1", "0.2", 1), "", "{}"):
        path.write_text(damaged)
        assert Found.at(path).networks == {}

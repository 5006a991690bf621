"""From data to advice, on tiny networks: what it may see, what it keeps, and how it ends."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regscope.advice.advise import Advice, advise, advising
from regscope.advice.arms import Setting, for_epochs
from regscope.advice.asked import Asked, Clock, part_of
from regscope.advice.found import Found
from regscope.advice.pace import Pace
from regscope.advice.protocol import LAST_SEEDS
from regscope.advice.reserve import reserved
from regscope.advice.results import data
from regscope.advice.search import Search
from regscope.advice.training import Lab
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.engine.cell import train_cell
from regscope.engine.messages import Epoch
from regscope.report.advice_answer import answer
from regscope.report.advice_settings import as_study, to_go_on
from regscope.study.params import Study
from tests import tiny
from tests.advice.advise_apart import ASKED
from tests.engine.here import Here


def study(**training: Any) -> Study:
    return tiny.study(training=training)


def told(advice: Advice) -> dict[str, Any]:
    return data("tiny", advice)


@pytest.fixture(scope="module")
def advice(
    tmp_path_factory: pytest.TempPathFactory, digits_folder: Path, in_this_process: Here
) -> Advice:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("advice"))
        return advise("tiny", study(), digits_folder, ASKED, say=lambda line: None)


def test_every_arm_has_tried_as_much_and_is_judged_with_fresh_seeds(advice: Advice) -> None:
    found = told(advice)
    assert [arm["arm"] for arm in found["arms"]] == ["none", "l2", "dropout", "cocktail"]
    assert [arm["tried"] for arm in found["arms"]] == [9, 3, 3, 3]
    assert {seed for _, seed in advice.test.networks} == set(range(LAST_SEEDS, LAST_SEEDS + 5))
    assert {seed for _, seed in advice.search.networks} == set(range(LAST_SEEDS))
    assert found["test_examples"] == 150
    assert found["networks"] == len(advice.search.networks) + len(advice.test.networks)


def test_scores_are_those_of_training_each_setting_alone(
    advice: Advice, workspace: Path, digits: Dataset
) -> None:
    """Bit for bit, whatever else was in the stack."""
    reserved(digits, study()).save(workspace / "apart")
    for (setting, seed), network in list(advice.search.networks.items())[::9]:
        alone = for_epochs(study(), {"one": setting.cell}, seed + 1, setting.epochs)
        training = alone.training.model_copy(update={"learning_rate": setting.learning_rate})
        alone = alone.model_copy(update={"training": training})
        trained = train_cell(alone, "one", workspace / "apart", "alone", "validation")
        ends = [epochs - 1 for epochs in advice.read_off(setting)]
        assert network.scores == tuple(trained.history[4, seed, ends].tolist())
        assert network.losses == tuple(trained.history[3, seed, ends].tolist())


def test_a_network_s_time_is_its_share_of_its_stack_s(
    workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a clock that goes on by 6 seconds an epoch, as a stack of three."""

    def heard(self: Pace, epoch: Epoch) -> None:
        self._heard.append(replace(epoch, processor=6.0 * epoch.number))

    monkeypatch.setattr(Pace, "heard", heard)
    prepared = digits_folder
    lab = Lab(study(epochs=4), prepared, "tiny", "test", Found.at(workspace / "test.json"))
    setting = Setting(0.1, 4, (("l2", 0.001),))
    lab.train([setting], range(3))
    assert [lab.found.networks[setting, seed].seconds for seed in range(3)] == [8.0] * 3
    again = Found.at(workspace / "test.json")
    assert [again.networks[setting, seed].seconds for seed in range(3)] == [8.0] * 3


def test_the_same_again_is_the_same(advice: Advice, workspace: Path, digits_folder: Path) -> None:
    again = advise("tiny", study(), digits_folder, ASKED, say=lambda line: None)
    assert told(again) == told(advice)


def test_what_is_set_aside_changes_no_choice(
    advice: Advice, workspace: Path, digits: Dataset, tmp_path: Path
) -> None:
    """Poison in the test part: other pictures, other labels."""
    apart = reserved(digits, study())
    assert apart.official_train is not None
    inputs, targets = apart.inputs.copy(), apart.targets.copy()
    inputs[apart.official_train :] = 16
    targets[apart.official_train :] = (targets[apart.official_train :] + 1) % 10
    clean, poisoned = tmp_path / "clean", tmp_path / "poisoned"
    apart.save(clean)
    replace(apart, inputs=inputs, targets=targets).save(poisoned)
    found = [
        advise("tiny", study(), folder, ASKED, say=lambda line: None)
        for folder in (clean, poisoned)
    ]
    values = [
        {key: (network.scores, network.losses) for key, network in one.search.used.items()}
        for one in found
    ]
    assert values[0] == values[1]
    chosen = [[one.chosen.setting for one in advice.judged] for advice in found]
    assert chosen[0] == chosen[1] == [one.chosen.setting for one in advice.judged]
    tests = [np.array([one.test for one in advice.judged]) for advice in found]
    assert (tests[0] != tests[1]).any()


@pytest.mark.parametrize(
    "at", [1, *(pytest.param(later, marks=pytest.mark.slow) for later in (2, 3, 4))]
)
def test_an_advice_that_was_killed_goes_on_and_is_the_same(
    advice: Advice, workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """After the first batches of networks, and in the middle of the next."""
    calls = 0
    work = Lab._work

    def killed(self: Lab, dealt: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at + 1:
            raise KeyboardInterrupt
        paces = work(self, dealt)
        if calls == at:
            # All trained, and nothing of it in the file yet.
            raise KeyboardInterrupt
        return paces

    monkeypatch.setattr(Lab, "_work", killed)
    with pytest.raises(KeyboardInterrupt):
        advise("tiny", study(), digits_folder, ASKED, say=lambda line: None)
    monkeypatch.setattr(Lab, "_work", work)
    assert told(advise("tiny", study(), digits_folder, ASKED, say=lambda line: None)) == told(
        advice
    )


def test_what_was_trained_goes_when_the_advice_is_stored_and_not_before(
    workspace: Path, digits_folder: Path
) -> None:
    asked = replace(ASKED, trials=1, methods=("l2",))
    with (
        pytest.raises(OSError, match="full"),
        advising("tiny", study(), digits_folder, asked, say=lambda line: None),
    ):
        raise OSError("full")
    kept = list(paths.checkpoints().glob("*/search.json"))
    assert len(kept) == 1
    networks = json.loads(kept[0].read_text())["networks"]
    with advising("tiny", study(), digits_folder, asked, say=lambda line: None) as found:
        assert len(found.search.networks) == len(networks)
    assert not list(paths.checkpoints().glob("*/search.json"))


def test_a_learning_rate_that_diverges_is_no_choice_and_stops_nothing(
    workspace: Path, digits_folder: Path
) -> None:
    asked = Asked(trials=9, methods=("l2",), test_seeds=5)
    found = advise("tiny", study(learning_rate=100), digits_folder, asked, say=lambda line: None)
    ends = [(network.losses[-1], network.scores[-1]) for network in found.search.used.values()]
    assert any(not np.isfinite(loss) for loss, _ in ends)
    assert all(np.isnan(score) for loss, score in ends if not np.isfinite(loss))
    for one in found.judged:
        setting = one.chosen.setting
        longest = found.study.training.epochs * 2
        own = [n for (s, _), n in found.search.used.items()
               if s == replace(setting, epochs=longest)]  # fmt: skip
        place = found.read_off(replace(setting, epochs=longest)).index(setting.epochs)
        assert own
        assert all(np.isfinite(network.losses[place]) for network in own)


def test_where_every_trial_diverges_one_line_says_so(workspace: Path, digits_folder: Path) -> None:
    asked = Asked(trials=1, methods=("l2",), test_seeds=5)
    with pytest.raises(RegscopeError, match=r"none.* diverge.* try a smaller") as caught:
        advise("tiny", study(learning_rate=1e6), digits_folder, asked, say=lambda line: None)
    assert "\n" not in str(caught.value)


def test_another_primary_measure_is_what_is_chosen_by(workspace: Path, digits_folder: Path) -> None:
    own = study()
    evaluation = own.evaluation.model_copy(update={"primary": "balanced_accuracy"})
    found = advise(
        "tiny",
        own.model_copy(update={"evaluation": evaluation}),
        digits_folder,
        Asked(trials=2, methods=("l2",), test_seeds=5),
        say=lambda line: None,
    )
    assert told(found)["measure"] == "balanced_accuracy"
    assert all(len(network.scores) == 1 for network in found.search.networks.values())
    assert 0 < told(found)["arms"][0]["test"] < 1


def test_on_a_part_of_the_examples(workspace: Path, digits_folder: Path) -> None:
    asked = Asked(trials=1, methods=("l2",), test_seeds=5, part=27)
    found = advise("tiny", study(epochs=4), digits_folder, asked, say=lambda line: None)
    assert (found.study.split.train, found.study.split.validation) == (27, 5)
    # As many updates as the 54 examples of the study would have had.
    assert found.study.training.epochs == 8
    written = told(found)
    assert written["part"] == {"train": 27, "validation": 5, "of": 54}
    assert "trained on 27 of 54" in " ".join(answer(written))
    assert to_go_on(written).startswith("split: {train: 27, validation: 5}\n")
    block = {"title": "Tiny", "split": {"train": 54, "by": "shuffled"}, "training": {"epochs": 4}}
    assert as_study(written, block)["split"] == {"train": 27, "validation": 5, "by": "shuffled"}


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (19, "--part 19: must be at least 20"),
        (54, "--part 54: must be less than the 54 examples that train"),
    ],
)
def test_a_part_that_is_none_is_refused(part: int, said: str) -> None:
    with pytest.raises(RegscopeError, match=f"^{said}$"):
        part_of(study(), Asked(trials=1, part=part).part)


def test_seeds_with_examples_of_their_own_judge_on_these(workspace: Path, tmp_path: Path) -> None:
    moons = tiny.study(data={**tiny.MOONS, "pools": 20}, training={"epochs": 2})
    folder = tiny.prepare(moons, tmp_path)
    asked = Asked(trials=1, methods=("l2",), test_seeds=5)
    found = told(advise("moons", moons, folder, asked, say=lambda line: None))
    assert not found["shared_test"]
    assert all("new_low" not in arm for arm in found["arms"])
    with pytest.raises(
        RegscopeError, match="--seeds 12: with those of the search 21, and at most 20"
    ):
        advise("moons", moons, folder, replace(asked, test_seeds=12), say=lambda line: None)


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({}, "advise: give one of --minutes and --trials"),
        ({"minutes": 1.0, "trials": 2}, "advise: give one of --minutes and --trials"),
        ({"trials": 0}, "--trials 0: must be at least 1"),
        ({"minutes": -1.0}, "--minutes -1: must be above 0, and at most 100,000"),
        ({"minutes": float("nan")}, "--minutes nan: must be above 0, and at most 100,000"),
        ({"trials": 1, "test_seeds": 4}, "--seeds 4: must be at least 5"),
        ({"trials": 1, "seed": -1}, "--seed -1: must be at least 0"),
    ],
)
def test_what_cannot_be_asked_is_one_line(asked: Mapping[str, Any], line: str) -> None:
    with pytest.raises(RegscopeError) as caught:
        Asked(**asked)
    assert str(caught.value) == line


def break_off(folder: Path, asked: Asked) -> None:
    """Where it begins to look closer."""

    def broken(self: Search) -> Any:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Search, "closer", broken)
        with pytest.raises(KeyboardInterrupt):
            advise("tiny", study(), folder, asked, say=lambda line: None)


def test_minutes_are_reckoned_once_and_who_goes_on_comes_to_the_same(
    workspace: Path, digits_folder: Path
) -> None:
    """Broken off while it looks closer, when the minutes have nearly passed."""
    asked = Asked(minutes=5, methods=("batch_norm",), test_seeds=5)
    break_off(digits_folder, asked)
    [file] = paths.checkpoints().glob("*/search.json")
    found = Found.at(file)
    found.add([], 10_000)
    said: list[str] = []
    again = advise("tiny", study(), digits_folder, asked, say=said.append)
    # All nine of both arms, and then it ends by itself.
    assert [one.chosen.tried for one in again.judged] == [9, 9]
    assert not any("settings of each arm in" in line for line in said)


def test_minutes_that_hold_no_trial_are_refused_and_what_was_trained_is_kept(
    workspace: Path, digits_folder: Path
) -> None:
    asked = Asked(minutes=0.0001, methods=("l2",))
    with pytest.raises(
        RegscopeError, match=r"--minutes 0.0001: no room for more .* give [\d.]+ or more"
    ):
        advise("tiny", study(), digits_folder, asked, say=lambda line: None)
    assert list(paths.checkpoints().glob("*/search.json"))
    shutil.rmtree(paths.checkpoints())


def test_arms_that_the_minutes_have_no_room_for_are_left_and_named_and_stay_so(
    workspace: Path, digits_folder: Path
) -> None:
    """Room for two of four arms; then it is broken off, and goes on where time no longer counts."""
    asked = Asked(minutes=5, methods=("l2", "dropout"), test_seeds=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Clock, "fitting", lambda *found: 2)
        break_off(digits_folder, asked)
    found = told(advise("tiny", study(), digits_folder, asked, say=lambda line: None))
    kept = [arm["arm"] for arm in found["arms"]]
    assert len(kept) == 2
    assert kept[0] == "none"
    assert sorted([*kept, *found["unfit"]]) == ["cocktail", "dropout", "l2", "none"]
    for why in found["unfit"].values():
        assert why.startswith("no room in the minutes: those of --minutes 5 held 2 of 4 arms")


def test_which_arms_are_left_is_decided_once(
    workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken off in the second generation, and gone on with when the minutes have nearly passed."""
    asked = Asked(minutes=5, methods=("l2", "dropout"), test_seeds=5)
    monkeypatch.setattr(Clock, "fitting", lambda *found: 3)
    generation = Search.generation
    left: list[str] = []

    def broken(self: Search, most: int | None = None) -> int:
        if self.trials:
            left.extend(arm.name for arm in self.arms)
            raise KeyboardInterrupt
        return generation(self, most)

    monkeypatch.setattr(Search, "generation", broken)
    with pytest.raises(KeyboardInterrupt):
        advise("tiny", study(), digits_folder, asked, say=lambda line: None)
    monkeypatch.setattr(Search, "generation", generation)
    assert len(left) == 3

    def again(*found: Any) -> int:
        raise AssertionError("it was decided")

    monkeypatch.setattr(Clock, "fitting", again)
    monkeypatch.setattr(Clock, "room_for_more", lambda *found: False)
    found = told(advise("tiny", study(), digits_folder, asked, say=lambda line: None))
    assert [arm["arm"] for arm in found["arms"]] == left


def test_minutes_hold_as_many_arms_as_what_must_follow_lets() -> None:
    """A network a second: after 4 trials come 4 x 3 and 2 x 6 networks of each arm at twice the
    epochs (48 s), and 10 of each that judge (20 s), and of three parts of a cocktail (60 s)."""

    def fitting(seconds: float) -> int:
        minutes = (seconds + 0.01) / 60 / 1.1
        return Clock(minutes, 5, 10, 20, 10, now=lambda: 0.0).fitting(4, 20.0, 20)

    needed = {arms: arms * (48 + 20) + 60 for arms in (2, 3, 4, 5)}
    for arms, seconds in needed.items():
        assert fitting(seconds) == arms
    assert fitting(needed[5] + 1000) == 5
    assert fitting(needed[4] - 1) == 3
    with pytest.raises(
        RegscopeError,
        match=r"give 3\.3 or more to judge one method, 6\.7 for all 5 arms\.",
    ):
        fitting(needed[2] - 1)


def test_a_clock_goes_on_while_the_next_generation_and_all_that_follows_fit() -> None:
    """Two arms, a network a second: after 4 trials come 4 each (8 s), then 4 x 3 and 2 x 6 networks
    of each at twice the epochs (96 s), and 10 of each that judge, and of three parts of a cocktail
    (100 s), a tenth spare."""
    now = 0.0

    def clock(minutes: float) -> Clock:
        return Clock(minutes, 2, 10, 20, 10, spent=0.0, now=lambda: now)

    needed = 8 + 1.1 * (8 + 96 + 100)
    for minutes, room in ((needed / 60 + 0.01, True), (needed / 60 - 0.01, False)):
        own = clock(minutes)
        now = 8.0
        assert own.room_for_more(4, 8.0, 8) is room
        now = 0.0

"""The product's own plan, played by a record in round numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.plan.checked import busiest, off
from bench.plan.costs import costs, surveys
from bench.plan.scaling import limit, row
from bench.plan.scenarios import Scenario, every_study, search
from bench.plan.simulate import planned
from regscope.base import paths
from regscope.engine.choice import ENGINES
from tests.bench.plan.recorded import record

RECORD = record()
EVERY = every_study(RECORD)
DIGITS = Scenario("", {"digits": EVERY.studies["digits"]}, EVERY.recorded)


def test_one_worker_trains_one_stack_after_another() -> None:
    """Nine cells of 10 seeds and 60 epochs, in half the time that they take beside others, after a
    server, a survey, a start and the data."""
    found = planned(RECORD, DIGITS, 1, away=False)
    assert len(found.tasks) == 9
    assert found.before == pytest.approx(2 + 3)
    assert found.work == pytest.approx(9 * (60 * 1.9 + 0.5) / 2)
    assert found.seconds == pytest.approx(5 + 0.01 + 0.1 + 0.25 + found.work)


def test_no_more_workers_are_used_than_there_are_networks() -> None:
    found = planned(RECORD, DIGITS, 4096)
    assert found.used == len(found.tasks) == 90
    assert found.longest == pytest.approx(60.5)


def test_a_small_study_does_not_hold_the_workers_of_others_back() -> None:
    found = planned(RECORD, EVERY, 512)
    assert EVERY.networks == 90 + 120 + 120
    assert found.used == 330
    assert found.played.seconds < 2 * found.longest


def test_longest_first_is_by_operations_and_examples() -> None:
    found = planned(RECORD, EVERY, 2)
    order = list(dict.fromkeys(task.study for task in found.tasks))
    assert order == ["german", "digits", "khan"]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = paths.checkpoints(), list(ENGINES)
    planned(RECORD, DIGITS, 2)
    assert (paths.checkpoints(), list(ENGINES)) == before
    assert list(tmp_path.iterdir()) == []


def test_a_search_has_forty_tables_and_five_strengths_of_eleven_methods() -> None:
    found = search(RECORD)
    assert len(found.studies) == 40
    assert {len(study.cells) for study in found.studies.values()} == {1 + 5 * 11}
    assert found.networks == 40 * 56 * 10
    assert found.recorded("khan_3", "l2_dropout_4") == ("khan", "l2_dropout")
    assert found.recorded("german_0", "none") == ("german", "none")


def test_surveys_take_longer_with_more_cells() -> None:
    (_, seconds), *_ = surveys(RECORD, search(RECORD), 1).values()
    assert seconds == pytest.approx(3.0 + 0.1 * (56 - 12))
    _, own = surveys(RECORD, EVERY, 1)["khan"]
    assert own == pytest.approx(3.0)


def test_memory_grows_with_the_machines() -> None:
    few, many = (surveys(RECORD, DIGITS, workers)["digits"][0].free for workers in (2, 64))
    assert many == 32 * few == 32 * 10**10


def test_interruptions_are_shared_by_the_workers_of_a_machine() -> None:
    assert costs(RECORD, DIGITS, a_day=2.0).failures == pytest.approx(1 / 86_400)


def test_a_row_says_what_limits() -> None:
    one, many = row(RECORD, DIGITS, 1), row(RECORD, DIGITS, 4096)
    assert (one["limit"], many["limit"]) == ("work", "longest stack")
    low, high = one["seconds"][1:]
    assert low <= one["seconds"][0] <= high
    often = one["failing"][1]
    assert often["seconds"][0] > one["seconds"][0]
    assert often["expected"] == pytest.approx(24 / 86_400 / 2 * one["even"])
    assert limit({"work": 1.0, "longest stack": 2.0, "start": 3.0}) == "start"


def test_the_busiest_worker_has_used_most_of_its_processor() -> None:
    used = [(0, 3.0), (1, 4.0), (0, 2.0)]
    assert busiest([{"worker": worker, "processor": seconds} for worker, seconds in used]) == 5.0


def test_it_is_off_by_a_part_of_the_best_measured_time() -> None:
    assert off({"measured": [100.0, 120.0], "simulated": 95.0}) == pytest.approx(-0.05)

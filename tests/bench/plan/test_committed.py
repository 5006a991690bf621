"""The committed results: the simulation is of the record, and held to what was measured."""

from __future__ import annotations

from bench import results
from bench.plan.checked import WITHIN, checked, off
from bench.plan.recorded import RECORD
from bench.plan.scaling import limit
from bench.plan.scenarios import WORKERS, scenarios

FOUND = results.load("plan") or {}
RECORDED = results.load(RECORD) or {}


def test_it_is_held_to_trainings_by_one_worker_and_by_two() -> None:
    assert [one["workers"] for one in FOUND["check"]] == [1, 2]
    for one in FOUND["check"]:
        assert abs(off(one["busiest"])) <= WITHIN, one


def test_what_is_said_of_them_is_what_the_record_gives() -> None:
    assert checked(RECORDED) == FOUND["check"]


def test_every_scenario_is_played_on_all_numbers_of_workers() -> None:
    for name, scenario in scenarios(RECORDED).items():
        found = FOUND["scenarios"][name]
        assert found["networks"] == scenario.networks
        assert [row["workers"] for row in found["rows"]] == list(WORKERS)
        for row in found["rows"]:
            least = max(row["bounds"]["work"], row["bounds"]["longest stack"])
            assert least <= row["even"]
            assert row["used"] <= min(row["workers"], scenario.networks)
            assert row["limit"] == limit(row["bounds"])

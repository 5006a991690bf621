"""What is recorded of which study, and what a watched pool says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.plan.pool import trained
from bench.plan.record import called, shortened, with_head
from regscope.base.errors import RegscopeError
from tests import tiny

HERE = {"date": "2000-01-02", "machine": {"processor": "this one"}}
OTHER = {"date": "2000-01-01", "machine": {"processor": "another"}, "server": 2.0}


def test_a_study_is_shortened_to_steps_that_can_be_timed() -> None:
    """400 examples in batches of 32 are 13 steps, and 150 steps 11 epochs."""
    found = shortened("digits", seeds=1)
    training = found["study"]["training"]
    assert (training["seeds"], training["epochs"]) == (1, 11)
    assert found["regs"] == list(found["study"]["regularizers"])
    assert called("digits", seeds=1) == "digits 1"


@pytest.mark.parametrize(
    ("name", "epochs", "precision"), [("mnist", 2, None), ("fashion", 1, "float32")]
)
def test_a_part_is_of_the_cell_without_a_method(
    name: str, epochs: int, precision: str | None
) -> None:
    found = shortened(name, train=640)
    assert found["regs"] == ["none"]
    assert found["study"]["split"] == {"train": 640, "validation": 1}
    training = found["study"]["training"]
    assert (training["epochs"], training.get("precision")) == (epochs, precision)
    assert called(name, train=640) == f"{name} 640"


def test_parts_of_a_record_are_of_one_machine() -> None:
    assert with_head(OTHER, HERE, parts=False) == {"server": 2.0} | HERE
    assert with_head(OTHER, OTHER | {"date": "2000-01-03"}, parts=True)["date"] == "2000-01-03"
    assert with_head({}, HERE, parts=True) == HERE
    with pytest.raises(RegscopeError, match=r"plan_record.json is of another machine .* all of it"):
        with_head(OTHER, HERE, parts=True)


def test_a_watched_pool_tells_every_stack_by_worker(digits_folder: Path) -> None:
    """Two cells of two seeds by one worker: four stacks, of which the first starts and loads."""
    study = tiny.study({"l2": 0.01}, training={"seeds": 2})
    job = {"name": "tiny", "study": study.model_dump(mode="json", exclude_none=True),
           "regs": list(study.cells), "data": str(digits_folder)}  # fmt: skip
    found = trained([job], 1)
    assert [survey["label"] for survey in found["surveys"]] == ["tiny"]
    assert found["surveys"][0]["processor"] > 0
    stacks = found["stacks"]
    assert sorted(stack["label"] for stack in stacks) == ["tiny/none"] * 2 + ["tiny/tested"] * 2
    assert [stack["fresh"] for stack in stacks] == [True, False, False, False]
    assert [stack["loads"] for stack in stacks] == [True, False, False, False]
    ended = 0.0
    for stack in stacks:
        assert (stack["worker"], stack["places"], stack["epochs"]) == (0, 1, 3)
        assert ended <= stack["begun"] + 1e-3
        assert 0 < stack["first"] + stack["last"] <= stack["seconds"] + 1e-3
        ended = stack["begun"] + stack["seconds"]
    assert ended <= found["seconds"] + 1e-3

"""What a study that is split by class, by group or by time is held to, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from regscope import results
from regscope.base import paths
from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json
from regscope.base.tensors import write_tensors
from regscope.datasets import Dataset
from regscope.datasets.base import DESCRIPTION_FILE
from regscope.datasets.digits import Digits
from regscope.datasets.splits import GroupSizes
from regscope.report.new_data import new_data
from regscope.results.discordant import discordant
from regscope.study.params import Study
from tests import tiny
from tests.report import synthetic
from tests.report import test_new_data as evidences

GROUPS = np.arange(1797) // 3
"""599 groups of three."""


@pytest.fixture
def rich(monkeypatch: pytest.MonkeyPatch) -> None:
    """Digits say that they come in groups, and in order of time."""
    for name in ("groups", "ordered"):
        monkeypatch.setattr(Digits, name, property(lambda self: True))


def by(how: str, cell: dict[str, Any] | None = None, **more: Any) -> Study:
    return tiny.study(cell, split={"by": how}, **more)


def refused(how: str, **more: Any) -> str:
    with pytest.raises(ValidationError) as error:
        by(how, **more)
    return one_line(error.value, {"split": {"by": how}})


def test_sources_say_what_they_can_be_split_by() -> None:
    assert refused("group") == "split.by = group: data.source digits has no groups"
    assert refused("time") == "split.by = time: data.source digits is in no order of time"
    assert refused("class").startswith("split.by")
    assert by("stratified").split.by == "stratified"


def test_settings_written_before_stay_as_they_were() -> None:
    assert tiny.study().split.model_dump() == {"train": 54, "validation": 10}
    assert by("stratified").split.model_dump()["by"] == "stratified"


@pytest.mark.usefixtures("rich")
def test_how_many_test_and_whether_they_are_the_same() -> None:
    for how, size, shared in (
        ("random", 1743, False), ("stratified", 1743, False), ("time", 1743, True),
        ("group", 1743, False),
    ):  # fmt: skip
        study = by(how)
        assert (study.test_size(GroupSizes.of(GROUPS)), study.shared_test) == (size, shared)
    study = tiny.study(split={"by": "group", "train": 55})
    # 55 are 18 groups and one of three: the other two are left out.
    assert study.test_size(GroupSizes.of(GROUPS)) == 1797 - 55 - 2


@pytest.mark.usefixtures("rich", "workspace")
def test_the_number_tested_is_known_from_what_lies_beside_the_results(all_digits: Dataset) -> None:
    study = tiny.study(split={"by": "group", "train": 55})
    dataset = replace(all_digits, groups=GROUPS)
    folder = paths.summary("small")
    folder.mkdir(parents=True)
    dataset.save(folder)
    assert results.tested("small", study) == 1740 == len(dataset.split(study.split, 0).holdout)
    write_json(folder / DESCRIPTION_FILE, {"groups": {"largest": 3}})
    with pytest.raises(RegscopeError, match="must be their largest and divisor"):
        results.tested("small", study)


def test_seeds_train_side_by_side(all_digits: Dataset) -> None:
    """54 digits of 18 groups; what one seed trains on does not depend on the others."""
    dataset = replace(all_digits, groups=GROUPS)
    for how in ("stratified", "group", "time"):
        study = tiny.study(training={"epochs": 1}).model_copy(
            update={"split": tiny.study().split.model_copy(update={"by": how})}
        )
        together, alone = (tiny.trained(study, dataset, seeds) for seeds in ([0, 1, 2], [1]))
        assert together.history.shape == (5, 3, 1)
        assert together.history[:, 1].tolist() == alone.history[:, 0].tolist()


def test_a_last_batch_of_one_that_only_the_data_tell_is_one_line(all_digits: Dataset) -> None:
    dataset = replace(all_digits, groups=GROUPS)
    study = tiny.study({"batch_norm": True}, training={"batch_size": 7})
    split = study.split.model_copy(update={"train": 50, "by": "group"})
    study = study.model_copy(update={"split": split})
    with pytest.raises(RegscopeError) as told:
        tiny.trainer(study, dataset, [0])
    assert str(told.value) == (
        "training.batch_size = 7: leaves a last batch of one of 50 examples, which batch_norm"
        " cannot normalize: choose another size"
    )


@pytest.mark.usefixtures("rich", "workspace")
def test_examples_on_which_cells_disagree_are_counted_of_a_test_that_all_seeds_share() -> None:
    study = by("time", {"l1": 0.1})
    split = study.split.model_copy(update={"train": 2, "validation": 1})
    study = study.model_copy(update={"split": split})
    inputs, targets = np.zeros((6, 1, 1, 1), np.uint8), np.array([1, 1, 0, 1, 0, 1])
    paths.prepared("small").mkdir(parents=True)
    Dataset("image", inputs, targets, ("a", "b")).save(paths.prepared("small"))
    for reg, predicted in {"none": [[0, 0, 0, 0]], "tested": [[0, 1, 0, 0]]}.items():
        paths.evaluation("small", reg).mkdir(parents=True)
        arrays = {"predictions": np.array(predicted, np.int16)}
        write_tensors(paths.evaluation("small", reg) / "arrays.safetensors", arrays)
    (row,) = discordant("small", study).to_dict("records")
    assert (row["examples"], row["gained"], row["lost"]) == (4, 0.25, 0.0)


@pytest.mark.usefixtures("rich", "workspace")
@pytest.mark.parametrize(
    ("how", "basis"),
    [("time", "test set"), ("group", "pool, not measured"), ("stratified", "pool, not measured")],
)
def test_what_new_data_add(how: str, basis: str) -> None:
    evidences.measured(1.5)
    found = evidences.evidence(evidences.POOL, {"l1": 0.004, "l2": 0.001})
    found.settings["split"]["by"] = how
    assert new_data(found)["l1"].basis == basis


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("time", "All cells are tested on the same 5 examples."),
        ("group", "examples of groups that it has not trained on. Examples of one group may err"),
    ],
)
def test_pages_say_which_examples_test(how: str, told: str) -> None:
    section = synthetic.section(synthetic.found())
    size = section.study.data.size
    split = section.study.split.model_copy(update={"by": how, "train": size - 5})
    section = replace(section, study=section.study.model_copy(update={"split": split}))
    write_json(paths.summary("tiny") / DESCRIPTION_FILE, {"groups": {"largest": 2, "divisor": 1}})
    assert told in section.test_error
    assert ("standard error of" in section.test_error) == (how == "time")
    assert section.test_examples == (5 if how == "time" else 4)

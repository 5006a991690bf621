"""Which cells of a study are measured: those alone that are not as they were measured before."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_text
from regscope.base.tensors import write_tensors
from regscope.datasets import Dataset
from regscope.evaluation.study import measure_study
from regscope.study.networks import MODEL_FILE
from regscope.study.params import Study, load_params
from regscope.tasks import TASKS
from regscope.training import history
from regscope.training.loop import cell_trainer
from tests import tiny

CELLS = {"none": {}, "l1": {"l1": 0.01}}
SEEDS = [0, 1]


@pytest.fixture
def study(workspace: Path, digits: Dataset, digits_folder: Path) -> Study:
    """The study `digits` with two trained cells."""
    written = tiny.study().model_dump(mode="json", exclude_none=True)
    written |= {"regularizers": CELLS}
    written["training"] |= {"epochs": 1, "seeds": 2}
    params = {"study": "digits", "reg": "l1", "studies": {"digits": written}}
    paths.PARAMS.write_text(yaml.safe_dump(params, sort_keys=False))
    shutil.copytree(digits_folder, paths.prepared("digits"))
    loaded = load_params().studies["digits"]
    for reg in CELLS:
        train(loaded, reg, digits)
    return loaded


def train(study: Study, reg: str, digits: Dataset) -> None:
    trainer = cell_trainer(study, study.cells[reg].methods(), digits, SEEDS)
    trainer.run()
    state = {name: value.numpy() for name, value in trainer.model.state_dict().items()}
    write_tensors(paths.model("digits", reg) / MODEL_FILE, state)
    write_text(
        paths.model("digits", reg) / "history.csv",
        history.to_csv(TASKS["classification"].history, SEEDS, trainer.history.numpy()),
    )


def measured(study: Study, capsys: pytest.CaptureFixture[str]) -> list[str]:
    measure_study("digits", study, study.cells)
    return sorted(line.split(":")[0] for line in capsys.readouterr().out.splitlines())


def test_what_is_damaged_missing_or_made_from_other_things_is_measured_again(
    study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    assert measured(study, capsys) == ["digits/l1", "digits/none"]
    assert measured(study, capsys) == []
    folder = paths.evaluation("digits", "l1")
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}

    table = folder / "measures.csv"
    table.write_text(table.read_text().replace("0.", "9.", 1))
    assert measured(study, capsys) == ["digits/l1"]
    (folder / "pruning.csv").unlink()
    assert measured(study, capsys) == ["digits/l1"]
    (folder / "more.csv").touch()
    assert measured(study, capsys) == ["digits/l1"]
    (folder / paths.MADE_FROM).write_text("{")
    assert measured(study, capsys) == ["digits/l1"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == whole

    evaluation = study.evaluation.model_copy(update={"examples": 10})
    fewer = study.model_copy(update={"evaluation": evaluation})
    assert measured(fewer, capsys) == ["digits/l1", "digits/none"]


def test_a_cell_that_is_gone_leaves_no_measures(
    study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    measured(study, capsys)
    alone = study.model_copy(update={"regularizers": {"none": study.regularizers["none"]}})
    assert measured(alone, capsys) == []
    assert not paths.evaluation("digits", "l1").exists()


def test_a_cell_that_cannot_be_measured_is_named_and_leaves_the_others(
    study: Study, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGSCOPE_WORKERS", "1")
    model = paths.model("digits", "l1") / MODEL_FILE
    model.write_bytes(model.read_bytes()[:-100])
    with pytest.raises(RegscopeError, match="l1"):
        measure_study("digits", study, study.cells)
    assert (paths.evaluation("digits", "none") / paths.MADE_FROM).is_file()
    assert not paths.evaluation("digits", "l1").exists()

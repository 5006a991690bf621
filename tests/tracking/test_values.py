from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from regscope.base import paths
from regscope.base.files import write_csv, write_text
from regscope.tracking import values, view
from regscope.tracking.cells import Cell
from regscope.tracking.values import Value

CELL = Cell(
    "toy",
    "l1",
    {"model": {"hidden": [8, 4]}, "regularizer": {"l1": {"strength": 0.1}}, "evaluation": {}},
    "digest",
)


def test_params_are_the_settings_one_by_one() -> None:
    assert values.params(CELL) == {
        "reg": "l1",
        "model.hidden": "[8, 4]",
        "regularizer.l1.strength": "0.1",
    }


def test_curves_by_seed_and_their_mean(workspace: Path) -> None:
    table = "seed,epoch,train_loss,holdout_loss\n0,1,4,5\n0,2,2,3\n1,1,2,1\n1,2,1,0\n"
    write_text(paths.model("toy", "l1") / "history.csv", table)
    curves = values.curves(CELL)
    assert curves[1] == [
        Value("epoch/train_loss", 2, 1),
        Value("epoch/test_loss", 1, 1),
        Value("epoch/train_loss", 1, 2),
        Value("epoch/test_loss", 0, 2),
    ]
    assert [value.value for value in values.mean_curves(curves)] == [3, 3, 1.5, 1.5]


def test_what_a_seed_does_not_have_is_left_out(workspace: Path) -> None:
    rows = [{"seed": 0, "loss": 1.0, "epochs": math.nan}, {"seed": 1, "loss": 2.0, "epochs": 7.0}]
    write_csv(paths.evaluation("toy", "l1") / "measures.csv", rows)
    assert values.measures(CELL) == {0: {"loss": 1.0}, 1: {"loss": 2.0, "epochs": 7.0}}


def test_averages_by_hand() -> None:
    """Of 1, 2, 3: t(2 degrees, 97.5 %) = 4.302653, so 2 -+ 4.302653 / sqrt(3)."""
    found = values.averages({0: {"loss": 1.0}, 1: {"loss": 2.0}, 2: {"loss": 3.0, "rare": 5.0}})
    reach = 4.302653 / math.sqrt(3)
    assert found["low/loss"] == pytest.approx(2 - reach, abs=1e-6)
    assert found["high/loss"] == pytest.approx(2 + reach, abs=1e-6)
    assert (found["loss"], found["rare"]) == (2, 5)
    assert found["sd/loss"] == pytest.approx(1)
    assert "low/rare" not in found


def test_comparisons_are_those_of_the_cell(workspace: Path) -> None:
    columns = dict.fromkeys(values.COMPARED, "0.5")
    rows = [
        {"reg": "l2", "measure": "loss", **columns, "verdict": "better"},
        {"reg": "l1", "measure": "loss", **columns, "p_holm": "", "verdict": "worse"},
    ]
    write_csv(paths.summary("toy") / "comparisons.csv", rows)
    numbers, verdicts = values.comparisons(CELL)
    assert verdicts == {"verdict.loss": "worse"}
    assert numbers["difference_low/loss"] == 0.5
    assert "p_holm/loss" not in numbers


@pytest.mark.parametrize(("measure", "ascending"), [("test_accuracy", False), ("test_loss", True)])
def test_the_best_cells_stand_first(measure: str, ascending: bool) -> None:
    assert json.loads(view.state(measure))["orderByAsc"] is ascending

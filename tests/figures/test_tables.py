"""The tables of `dvc plots`, against known answers."""

from __future__ import annotations

import csv
from pathlib import Path

from regscope.figures import data, tables
from regscope.params import load_params


def test_a_curve_has_one_column_a_cell_with_the_mean_over_seeds(studies: Path) -> None:
    loaded = data.load("pictures", load_params())
    assert tables.curve(loaded, "train_loss") == (
        "epoch,none,l1,mine,dropout\n1,1.5,2.5,3.5,nan\n2,0.75,1.25,1.75,nan\n3,0.5,0.833333,1.16667,nan\n"
    )
    assert tables.curve(loaded, "holdout_accuracy").splitlines()[1] == "1,0.15,0.25,0.35,nan"


def test_predictions_are_class_names_one_row_a_test_example_of_seed_0(studies: Path) -> None:
    loaded = data.load("points", load_params())
    cell = loaded.cells[0]
    rows = list(csv.reader(tables.predictions(loaded, cell).splitlines()))
    names = ["up", "down, left"]
    actual = [names[target] for target in loaded.dataset.targets[cell.arrays["test_indices"][0]]]
    assert rows[0] == ["actual", "predicted"]
    assert [row[0] for row in rows[1:]] == actual
    # The first is wrong, all others are right.
    assert [row[0] == row[1] for row in rows[1:]] == [False] + [True] * 19

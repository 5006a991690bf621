"""The tables of `dvc plots`, against known answers."""

from __future__ import annotations

import csv
from pathlib import Path

from regscope.figures import data, tables
from regscope.study.params import load_params


def test_curves_are_means_over_seeds_one_row_an_epoch_of_a_cell(studies: Path) -> None:
    loaded = data.load("pictures", load_params())
    rows = list(csv.DictReader(tables.curves(loaded).splitlines()))
    assert [(row["epoch"], row["reg"]) for row in rows] == [
        (epoch, reg) for reg in ("none", "l1", "mine") for epoch in ("1", "2", "3")
    ]
    losses = ["1.5", "0.75", "0.5", "2.5", "1.25", "0.833333", "3.5", "1.75", "1.16667"]
    assert [row["train_loss"] for row in rows] == losses
    assert [row["test_accuracy"] for row in rows[::3]] == ["0.15", "0.25", "0.35"]


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

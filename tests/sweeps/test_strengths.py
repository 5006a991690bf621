from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
import yaml

from regscope.base import paths
from regscope.datasets import Dataset
from regscope.measures.catalog import named
from regscope.regularizers import REGULARIZERS
from regscope.study.evaluation import PRIMARIES
from regscope.sweeps.strengths import (
    GRIDS,
    SEEDS,
    beyond_guess,
    measured,
    one_standard_error,
    validation_accuracies,
)
from regscope.training.loop import cell_trainer
from tests import tiny
from tests.committed import committed
from tests.tasks import numbers

COMMITTED = sorted((committed() / paths.STRENGTHS).glob("*.csv"))


def test_the_largest_strength_within_one_standard_error_of_the_best() -> None:
    """The best mean is 0.90 with a standard error of 0.02 / sqrt(3) = 0.0115."""
    accuracies = {
        0.001: [0.88, 0.90, 0.92],
        0.01: [0.889, 0.889, 0.889],
        0.1: [0.888, 0.888, 0.888],
        0.0001: [0.899, 0.899, 0.899],
    }
    assert one_standard_error(accuracies) == 0.01


def test_a_best_strength_without_spread_is_chosen_unless_a_larger_one_ties() -> None:
    assert one_standard_error({0.1: [0.9, 0.9], 0.2: [0.89, 0.89]}) == 0.1
    assert one_standard_error({0.1: [0.9, 0.9], 0.2: [0.9, 0.9], 0.3: [0.1, 0.1]}) == 0.2


def test_grids_are_of_regularizers_and_ascend() -> None:
    for family, grid in GRIDS.items():
        assert family in REGULARIZERS
        assert list(grid) == sorted(set(grid))


def test_what_a_history_holds_of_what_studies_may_be_about_chooses() -> None:
    assert measured(tiny.study()) == {"accuracy": (4, 1), "loss": (3, -1)}
    assert measured(numbers.study()) == {"r2": (4, 1), "loss": (3, -1)}
    signs = {primary: named(column).sign for primary, column in PRIMARIES.items()}
    assert signs == {"accuracy": 1, "balanced_accuracy": 1, "roc_auc": 1, "r2": 1, "loss": -1}


def test_strengths_are_judged_on_validation_examples(workspace: Path, digits_folder: Path) -> None:
    study = tiny.study()
    shutil.copytree(digits_folder, paths.prepared("tiny"))
    found = validation_accuracies("tiny", study, "dropout", 0.2, seeds=2)
    methods = tiny.study({"dropout": 0.2}).cells["tested"].methods()
    trainer = cell_trainer(study, methods, Dataset.load(digits_folder), [0, 1], "validation")
    trainer.run()
    assert found == pytest.approx(trainer.history[4, :, -1].tolist(), abs=1e-7)
    # Of ten examples a seed.
    assert np.allclose(np.array(found) * 10 % 1, 0, atol=1e-5)


def test_strengths_are_committed() -> None:
    assert COMMITTED


@pytest.mark.parametrize("table", COMMITTED, ids=lambda table: table.stem)
def test_params_hold_what_the_rule_chooses_from_the_committed_accuracies(table: Path) -> None:
    study, _, family = table.stem.rpartition("-")
    accuracies: dict[float, list[float]] = defaultdict(list)
    with table.open(newline="") as file:
        for row in csv.DictReader(file):
            accuracies[float(row["strength"])].append(float(row["validation_accuracy"]))
    assert tuple(accuracies) == GRIDS[family]
    assert {len(values) for values in accuracies.values()} == {SEEDS}
    studies = yaml.safe_load((committed() / paths.PARAMS).read_text())["studies"]
    cell = studies[study]["regularizers"][family]
    assert cell == {family: one_standard_error(accuracies)}


def test_a_constant_guess_is_chosen_only_where_no_strength_beats_it() -> None:
    guess = [0.5, 0.52, 0.48, 0.5]
    collapsed = {0.1: [0.53, 0.55, 0.52, 0.54], 0.3: [0.52, 0.55, 0.5, 0.5], 1.0: guess}
    wide = {0.1: [0.53, 0.55, 0.52, 0.54], 0.3: [0.9, 0.52, 0.48, 0.5]}
    assert beyond_guess(wide, guess) == [0.1]
    assert one_standard_error(wide) == 0.3
    assert one_standard_error(wide, guess) == 0.1
    assert one_standard_error(collapsed, guess) == 0.1
    assert one_standard_error({0.3: guess, 1.0: guess}, guess) == 1.0

from __future__ import annotations

import csv
import io

import numpy as np

from regscope.tasks import TASKS
from regscope.training.history import to_csv

COLUMNS = TASKS["classification"].history


def test_one_row_a_seed_and_epoch() -> None:
    history = np.arange(len(COLUMNS) * 2 * 3, dtype=np.float32).reshape(len(COLUMNS), 2, 3)
    lines = to_csv(COLUMNS, [4, 7], history).splitlines()
    assert lines[0] == "seed,epoch,train_loss,penalty,train_accuracy,holdout_loss,holdout_accuracy"
    assert lines[1] == "4,1,0,6,12,18,24"
    assert lines[2] == "4,2,1,7,13,19,25"
    assert lines[4] == "7,1,3,9,15,21,27"
    assert len(lines) == 1 + 2 * 3


def test_single_precision_survives() -> None:
    history = np.random.default_rng(0).random((len(COLUMNS), 1, 50)).astype(np.float32) / 3
    rows = list(csv.DictReader(io.StringIO(to_csv(COLUMNS, [0], history))))
    for index, column in enumerate(COLUMNS):
        assert [np.float32(row[column]) for row in rows] == list(history[index, 0])

"""What a grid is trained with, how the best is chosen, and that a diverging rate is only out."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.base import paths
from regscope.base.errors import DivergedError, RegscopeError
from regscope.engine.cell import train_cell
from regscope.rates.search import HELD_OUT, Row, Setting, at_best, ranked, search
from regscope.rates.settings import Grid
from tests import tiny

GRID = Grid(learning_rates=(0.01, 0.1, 1e6), epochs=(1, 3), seeds=2)


def row(rate: float, epochs: int, accuracy: float, loss: float = 1.0) -> Row:
    return {
        "learning_rate": rate,
        "epochs": epochs,
        "seed": 0,
        "validation_accuracy": accuracy,
        "validation_loss": loss,
    }


def test_the_most_accurate_then_the_smaller_loss_then_the_shorter_training() -> None:
    rows = [
        row(0.1, 5, 0.9, 0.4),
        row(0.1, 10, 0.9, 0.3),
        row(0.3, 5, 0.9, 0.3),
        row(1.0, 5, 0.8, 0.1),
        row(3.0, 5, math.nan, math.nan),
    ]
    assert ranked(rows) == [
        Setting(0.3, 5), Setting(0.1, 10), Setting(0.1, 5), Setting(1.0, 5),
    ]  # fmt: skip


def test_means_over_seeds_are_what_is_ranked() -> None:
    rows = [row(0.1, 5, 0.5), row(0.1, 5, 0.9), row(0.3, 5, 0.6), row(0.3, 5, 0.7)]
    assert [setting.learning_rate for setting in ranked(rows)] == [0.1, 0.3]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.integers(0, 7))
def test_one_seed_without_an_accuracy_rules_a_rate_out(accuracies: list[float], at: int) -> None:
    rows = [row(0.1, 5, 0.0), *(row(0.3, 5, accuracy) for accuracy in accuracies)]
    rows.insert(at + 1, row(0.3, 5, math.nan, math.nan))
    assert ranked(rows) == [Setting(0.1, 5)]


def test_every_shorter_training_is_what_training_that_long_gives(
    workspace: Path, digits_folder: Path
) -> None:
    study = tiny.study({"dropout": 0.5}, "adam")
    grid = Grid(learning_rates=(0.003, 0.01), epochs=(1, 2, 3), seeds=2)
    rows = search(study, "tested", grid, digits_folder, "tiny")
    assert len(rows) == 2 * 3 * 2
    for rate in grid.learning_rates:
        for epochs in grid.epochs:
            shorter = Setting(rate, epochs).applied(study, 2)
            history = train_cell(shorter, "tested", digits_folder, "tiny", "validation").history
            found = [
                (own["validation_accuracy"], own["validation_loss"])
                for own in rows
                if own["learning_rate"] == rate and own["epochs"] == epochs
            ]
            assert found == list(
                zip(
                    history[HELD_OUT[0], :, -1].tolist(),
                    history[HELD_OUT[1], :, -1].tolist(),
                    strict=True,
                )
            )


def test_a_rate_that_diverges_is_out_and_leaves_nothing_behind(
    workspace: Path, digits_folder: Path
) -> None:
    study = tiny.study({"l2": 0.01})
    rows = search(study, "tested", GRID, digits_folder, "tiny")
    lost = [math.isnan(own["validation_accuracy"]) for own in rows]
    assert lost == [False] * 8 + [True] * 4
    assert {setting.learning_rate for setting in ranked(rows)} == {0.01, 0.1}
    assert not any(path.is_dir() for path in paths.checkpoints().iterdir())


def test_the_best_is_trained_as_the_study_would_be(workspace: Path, digits_folder: Path) -> None:
    study = tiny.study({"l2": 0.01})
    best = at_best(study, "tested", [Setting(0.1, 3)], digits_folder, "tiny")
    history = train_cell(study, "tested", digits_folder, "tiny").history
    assert [own["seed"] for own in best.rows] == list(range(study.training.seeds))
    assert [own["test_accuracy"] for own in best.rows] == history[HELD_OUT[0], :, -1].tolist()
    assert [own["test_loss"] for own in best.rows] == history[HELD_OUT[1], :, -1].tolist()


def test_the_next_best_where_more_seeds_diverge(workspace: Path, digits_folder: Path) -> None:
    study = tiny.study({"l2": 0.01})
    best = at_best(study, "tested", [Setting(1e6, 3), Setting(0.1, 2)], digits_folder, "tiny")
    assert best.setting == Setting(0.1, 2)


def test_a_cell_that_never_trains_is_one_line(workspace: Path, digits_folder: Path) -> None:
    study = tiny.study({"l2": 0.01})
    with pytest.raises(RegscopeError, match="does not stay finite at any") as none:
        at_best(study, "tested", [Setting(1e6, 3)], digits_folder, "tiny")
    assert not isinstance(none.value, DivergedError)

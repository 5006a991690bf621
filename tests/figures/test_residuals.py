"""Residuals by what was predicted, and precision by recall."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.patches import StepPatch

from regscope.datasets.base import Quantity
from regscope.figures import data, precision_recall, residuals, study
from regscope.figures.data import StudyData
from regscope.figures.residuals import spread_by_bin
from regscope.study.params import load_params


def test_the_spread_of_every_bin_by_hand() -> None:
    """Forty predictions are two bins of twenty; residuals of 3 and 4 in size."""
    predicted = np.random.default_rng(0).permutation(40.0 + np.arange(40))
    signs = np.where(predicted % 2, 1, -1)
    edges, spreads = spread_by_bin(predicted, np.where(predicted < 60, 3, 4) * signs)
    assert edges.tolist() == [40, 60, 79]
    assert spreads == pytest.approx([3, 4])


@pytest.mark.parametrize(
    ("predicted", "edges"),
    [
        (np.full(50, 2.5), [2.5, 2.5]),
        (np.array([1.0, 2.0, 3.0]), [1, 3]),
        (np.concatenate([np.zeros(10), np.full(40, 7.0)]), [0, 7]),
    ],
)
def test_equal_predictions_and_few_make_fewer_bins(predicted: np.ndarray, edges: Any) -> None:
    found, spreads = spread_by_bin(predicted, np.full(len(predicted), -2.0))
    assert found.tolist() == edges
    assert spreads == pytest.approx([2] * (len(edges) - 1))


def of_numbers(loaded: StudyData) -> StudyData:
    """The synthetic points with numbers for targets, each predicted 2 too high."""
    dataset = replace(
        loaded.dataset, targets=np.arange(30.0), classes=(), quantity=Quantity("size", "cm")
    )
    cells = tuple(
        replace(
            cell,
            arrays={
                "test_indices": cell.arrays["test_indices"],
                "predictions": cell.arrays["test_indices"].astype(np.float32) + 2,
            },
        )
        for cell in loaded.cells
    )
    seeds = loaded.results.seeds.assign(test_rmse=2.0)
    return replace(
        loaded, dataset=dataset, cells=cells, results=replace(loaded.results, seeds=seeds)
    )


@pytest.mark.usefixtures("studies")
def test_residuals_are_true_minus_predicted() -> None:
    figure = residuals.draw(of_numbers(data.load("points", load_params())))
    dots = np.concatenate([dots.get_offsets() for dots in figure.axes[0].collections])
    assert set(dots[:, 1]) == {-2}
    steps = [patch.get_data() for patch in figure.axes[0].patches if isinstance(patch, StepPatch)]
    assert {float(abs(value)) for values, *_ in steps for value in values} == {2}


def rare(loaded: StudyData) -> StudyData:
    """With the precision of two seeds at four recalls, of the second class."""
    curves = np.array([[1, 1, 0.5, 0.25], [1, 0.5, 0.5, 0.25]], np.float32)
    cells = tuple(
        replace(cell, arrays={**cell.arrays, "precision": curves, "precision_of": np.array([1])})
        for cell in loaded.cells
    )
    return replace(loaded, cells=cells)


@pytest.mark.usefixtures("studies")
def test_precision_is_drawn_where_a_class_is_rare_and_it_was_measured() -> None:
    loaded = data.load("points", load_params())
    assert "precision_recall.png" not in study.figures(loaded)
    assert "precision_recall.png" not in study.figures(rare(loaded)), "no average precision"
    seeds = loaded.results.seeds.assign(average_precision=0.6)
    measured = replace(rare(loaded), results=replace(loaded.results, seeds=seeds))
    assert "precision_recall.png" in study.figures(measured)
    figure = precision_recall.draw(measured)
    lines = [line.get_ydata() for line in figure.axes[0].lines]
    assert [100, 75, 50, 25] in [np.asarray(line).tolist() for line in lines]
    assert "AP 60.0 %" in [text.get_text() for text in figure.axes[0].texts]

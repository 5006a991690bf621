from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sklearn.metrics
import torch

from regscope.datasets import Dataset
from regscope.evaluation.predicted import prediction_measures
from regscope.evaluation.seen import Predictions
from regscope.measures.calibration import expected_calibration_error
from regscope.measures.predictions import brier_score
from regscope.study.networks import load_networks
from regscope.tasks import TASKS
from tests import tiny
from tests.evaluation.trained import FEW, evaluated, held_out, inputs_of, with_evaluation
from tests.regularizers.settings import CELLS

COLUMNS = TASKS["classification"].history

MEASURES = [
    "seed", "test_accuracy", "test_loss", "train_accuracy", "train_loss", "generalization_gap",
    "loss_gap", "expected_calibration_error", "brier_score", "balanced_accuracy", "roc_auc",
    "average_precision", "class_f1_sd", "corruption_accuracy",
    "corruption_drop", "input_gradient_norm", "pruning_area", "prunable_fraction",
    "unit_correlation", "effective_rank_fraction", "dead_unit_fraction", "mean_activation",
    "epochs_to_training_loss", "training_loss_area", "test_loss_rise",
    "best_epoch_accuracy", "test_accuracy_fall", "weight_mean",
    "weight_std", "weight_skewness", "weight_kurtosis", "weight_l1_norm", "weight_l2_norm",
    "weight_max_norm", "near_zero_fraction", "zero_fraction", "weight_hoyer", "weight_gini",
    "stable_rank_fraction",
]  # fmt: skip
LAYERS = [
    "seed", "layer", "mean", "std", "skewness", "kurtosis", "l1_norm", "l2_norm", "max_norm",
    "near_zero_fraction", "zero_fraction", "hoyer", "gini", "spectral_norm", "stable_rank",
    "total_variation",
]  # fmt: skip


def test_tables_have_their_columns(digits: Dataset, moons: Dataset, tmp_path: Path) -> None:
    _, pictures = evaluated(tiny.study(), digits, tmp_path)
    _, points = evaluated(tiny.study(data=tiny.MOONS), moons, tmp_path)
    assert list(pictures.measures[0]) == [*MEASURES, "filter_total_variation"]
    assert list(points.measures[0]) == MEASURES
    for found in (pictures, points):
        first = {name: list(rows[0]) for name, rows in found.tables.items()}
        assert first == {
            "measures": list(found.measures[0]),
            "layers": LAYERS,
            "units": ["seed", "layer", "units", *[
                "correlation", "effective_rank", "dead_fraction", "mean_activation"]],
            "pruning": ["seed", "scope", "fraction", "accuracy", "loss"],
            "robustness": ["seed", "corruption", "severity", "accuracy"],
            "reliability": ["seed", "bin", "count", "confidence", "accuracy"],
        }  # fmt: skip
        for rows in found.tables.values():
            assert all(list(row) == list(rows[0]) for row in rows)
            assert sorted({row["seed"] for row in rows}) == [0, 1]
    smooth = [row["total_variation"] for row in pictures.layers]
    assert [math.isnan(value) for value in smooth] == [False, True, True] * 2
    assert pictures.measures[1]["filter_total_variation"] == smooth[3]
    assert all(math.isnan(row["total_variation"]) for row in points.layers)


@pytest.mark.parametrize("cell", ["none", "everything"])
def test_test_measures_are_those_at_the_end_of_training(
    cell: str, digits: Dataset, tmp_path: Path
) -> None:
    trainer, found = evaluated(tiny.study(CELLS[cell]), digits, tmp_path)
    for seed, row in enumerate(found.measures):
        loss, accuracy = trainer.history[3:, seed, -1].tolist()
        assert row["seed"] == seed
        assert row["test_loss"] == pytest.approx(loss, rel=1e-5)
        assert row["test_accuracy"] == pytest.approx(accuracy, abs=1e-6)
        gap = row["train_accuracy"] - row["test_accuracy"]
        assert row["generalization_gap"] == pytest.approx(gap)
        assert row["loss_gap"] == pytest.approx(row["test_loss"] - row["train_loss"])


def test_predictions_and_confusions_are_the_networks(digits: Dataset, tmp_path: Path) -> None:
    study = tiny.study()
    _, found = evaluated(study, digits, tmp_path)
    for seed, network in enumerate(load_networks(study, "tested", tmp_path, digits)):
        test = digits.split(study.split, seed).holdout
        train = digits.split(study.split, seed).train
        with torch.no_grad():
            predicted, fitted = (
                network(torch.from_numpy(digits.inputs[chosen]).float() / 16).argmax(1).numpy()
                for chosen in (test, train)
            )
        assert np.array_equal(found.arrays["test_indices"][seed], test)
        assert np.array_equal(found.arrays["predictions"][seed], predicted)
        expected = sklearn.metrics.confusion_matrix(digits.targets[test], predicted)
        assert np.array_equal(found.arrays["confusion"][seed], expected)
        correct = float(np.mean(fitted == digits.targets[train]))
        assert found.measures[seed]["train_accuracy"] == pytest.approx(correct)


def test_calibration_is_of_all_test_examples(digits: Dataset, tmp_path: Path) -> None:
    study = with_evaluation(tiny.study(), examples=FEW)
    _, found = evaluated(study, digits, tmp_path)
    for seed, network in enumerate(load_networks(study, "tested", tmp_path, digits)):
        inputs, labels = inputs_of(digits, held_out(study, digits, seed))
        with torch.no_grad():
            probabilities = network(inputs).double().softmax(1)
        row = found.measures[seed]
        expected = expected_calibration_error(probabilities, labels)
        assert row["expected_calibration_error"] == pytest.approx(expected, abs=1e-6)
        assert row["brier_score"] == pytest.approx(brier_score(probabilities, labels), abs=1e-6)
        bins = [row for row in found.reliability if row["seed"] == seed]
        assert sum(row["count"] for row in bins) == len(labels)
        hits = sum(row["count"] * row["accuracy"] for row in bins) / len(labels)
        assert hits == pytest.approx(row["test_accuracy"])


@pytest.mark.parametrize("classes", [10, 11])
def test_of_many_classes_the_five_best_count_too(classes: int) -> None:
    draws = torch.Generator().manual_seed(0)
    logits = torch.randn(100, classes, generator=draws)
    labels = torch.randint(0, classes, (100,), generator=draws)
    found = prediction_measures(logits, labels, Predictions(logits, labels))
    assert ("top5_accuracy" in found) == (classes > 10)
    if classes > 10:
        expected = sklearn.metrics.top_k_accuracy_score(labels, logits.numpy(), k=5)
        assert found["top5_accuracy"] == pytest.approx(expected)


def test_convergence_is_of_the_record_of_training(digits: Dataset, tmp_path: Path) -> None:
    trainer = tiny.trained(tiny.study(), digits, [0, 1])
    losses = trainer.history[0].double().numpy()
    tested = trainer.history[COLUMNS.index("holdout_loss")].double().numpy()
    right = trainer.history[COLUMNS.index("holdout_accuracy")].double().numpy()
    threshold = float(losses[:, 1].max())
    study = with_evaluation(tiny.study(), training_loss=threshold)
    _, found = evaluated(study, digits, tmp_path)
    for seed, row in enumerate(found.measures):
        first = 1 + next(epoch for epoch, loss in enumerate(losses[seed]) if loss <= threshold)
        assert row["epochs_to_training_loss"] == first
        assert row["training_loss_area"] == pytest.approx(losses[seed].mean())
        assert row["test_loss_rise"] == pytest.approx(tested[seed, -1] - tested[seed].min())
        assert row["best_epoch_accuracy"] == pytest.approx(right[seed].max())
        assert row["test_accuracy_fall"] == pytest.approx(right[seed].max() - right[seed, -1])
    _, never = evaluated(with_evaluation(study, training_loss=1e-9), digits, tmp_path)
    assert all(math.isnan(row["epochs_to_training_loss"]) for row in never.measures)


def test_decision_landscapes_are_probabilities_on_a_grid_around_the_points(
    moons: Dataset, tmp_path: Path
) -> None:
    study = tiny.study(data=tiny.MOONS)
    _, found = evaluated(study, moons, tmp_path)
    grid, probabilities = found.arrays["grid"], found.arrays["grid_probabilities"]
    side = round(len(grid) ** 0.5)
    assert grid.shape == (side * side, 2)
    assert probabilities.shape == (2, side * side)
    assert (grid.min(0) < moons.inputs.min(0)).all()
    assert (grid.max(0) > moons.inputs.max(0)).all()
    # Row after row from below, each from left to right.
    rows = grid.reshape(side, side, 2)
    assert (np.diff(rows[:, :, 0], axis=1) > 0).all()
    assert (np.diff(rows[:, :, 1], axis=0) > 0).all()
    network = load_networks(study, "tested", tmp_path, moons)[1]
    with torch.no_grad():
        expected = network(torch.from_numpy(grid)).softmax(1)[:, 1].numpy()
    assert np.allclose(probabilities[1], expected, atol=1e-6)


def test_pictures_have_no_landscape(digits: Dataset, tmp_path: Path) -> None:
    _, found = evaluated(tiny.study(), digits, tmp_path)
    assert set(found.arrays) == {"confusion", "test_indices", "predictions"}


def test_of_a_rare_class_precision_is_kept(moons: Dataset, tmp_path: Path) -> None:
    """One of two classes with 12 % of the examples, whose mean precision is nearly its area."""
    study = tiny.study(data=tiny.MOONS)
    ranks = np.arange(len(moons.targets)) % 300
    kept = np.where((moons.targets == 1) & (ranks % 4 > 0), 0, moons.targets)
    dataset = replace(moons, targets=kept)
    _, found = evaluated(study, dataset, tmp_path)
    assert found.arrays["precision_of"].tolist() == [1]
    curves = found.arrays["precision"]
    assert curves.shape == (len(found.measures), 100)
    areas = [row["average_precision"] for row in found.measures]
    assert curves.mean(1) == pytest.approx(areas, abs=0.02)

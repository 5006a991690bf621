from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sklearn.metrics
import torch

from regscope.datasets import Dataset
from regscope.evaluation import Evaluation, evaluate_cell
from regscope.files import write_tensors
from regscope.networks import MODEL_FILE, load_networks
from regscope.params import Study
from regscope.training.loop import Trainer
from tests import tiny
from tests.regularizers.settings import CELLS


def evaluated(study: Study, dataset: Dataset, folder: Path) -> tuple[Trainer, Evaluation]:
    trainer = tiny.trained(study, dataset, [0, 1])
    state = {name: value.numpy() for name, value in trainer.model.state_dict().items()}
    write_tensors(folder / MODEL_FILE, state)
    return trainer, evaluate_cell(study, "tested", folder, dataset)


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


def test_weights_are_measured_by_layer_and_together(digits: Dataset, tmp_path: Path) -> None:
    trainer, found = evaluated(tiny.study({"batch_norm": True}), digits, tmp_path)
    state = trainer.model.state_dict()
    layers = ["hidden1", "hidden2", "output"]
    assert [(row["seed"], row["layer"]) for row in found.layers] == [
        (seed, layer) for seed in range(2) for layer in layers
    ]
    for seed in range(2):
        matrices = [state[f"{layer}.weight"][seed].double().numpy() for layer in layers]
        for row, matrix in zip(found.layers[3 * seed :], matrices, strict=False):
            assert row["std"] == pytest.approx(matrix.std())
            assert row["l1_norm"] == pytest.approx(np.abs(matrix).sum())
        together = np.concatenate([matrix.ravel() for matrix in matrices])
        assert found.measures[seed]["weight_std"] == pytest.approx(together.std())
        assert found.measures[seed]["weight_l2_norm"] == pytest.approx(np.linalg.norm(together))


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

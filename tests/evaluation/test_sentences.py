"""A tiny tagger, trained and measured: everything over words, nothing over padding."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import sklearn.metrics
import torch
from torch import Tensor, nn

from regscope.datasets import Dataset
from regscope.datasets.base import PADDING_WORD, UNKNOWN_WORD
from regscope.evaluation import Evaluation
from regscope.evaluation.passes import SENTENCES, logits
from regscope.measures.calibration import expected_calibration_error
from regscope.measures.corruptions import CORRUPTIONS, corrupted, labels_under
from regscope.study.networks import load_networks
from tests import sentences
from tests.evaluation.test_cell import MEASURES
from tests.evaluation.trained import evaluated
from tests.regularizers.settings import CELLS

FEW = 6
STUDY = sentences.study(CELLS["everything"], examples=FEW)
OF_WORDS = ["padded_accuracy", "unknown_accuracy", "most_frequent_tag_accuracy", "test_error"]


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return sentences.language()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cell")


@pytest.fixture(scope="module")
def found(dataset: Dataset, folder: Path) -> Evaluation:
    return evaluated(STUDY, dataset, folder)[1]


@pytest.fixture(scope="module")
def networks(found: Evaluation, dataset: Dataset, folder: Path) -> list[nn.Module]:
    return load_networks(STUDY, "tested", folder, dataset)


def one_by_one(network: nn.Module, dataset: Dataset, rows: np.ndarray) -> tuple[Tensor, Tensor]:
    """Logits and labels of all words, every sentence alone and without its padding."""
    parts, labels = [], []
    for row in rows:
        length = int((dataset.inputs[row] != PADDING_WORD).sum())
        with torch.no_grad():
            parts.append(network(torch.from_numpy(dataset.inputs[row : row + 1, :length]))[0])
        labels.append(torch.from_numpy(dataset.targets[row, :length]))
    return torch.cat(parts), torch.cat(labels)


def test_measures_are_of_words(
    found: Evaluation, networks: list[nn.Module], dataset: Dataset
) -> None:
    assert dataset.official_train == 40
    train, test = np.arange(40), np.arange(40, 55)
    assert [list(row) for row in found.measures] == [[*MEASURES, *OF_WORDS]] * 2
    for seed, network in enumerate(networks):
        row = found.measures[seed]
        outputs, labels = one_by_one(network, dataset, test)
        predicted = outputs.argmax(1)
        right = (predicted == labels).double()
        assert row["test_accuracy"] == pytest.approx(float(right.mean()))
        expected = nn.functional.cross_entropy(outputs.double(), labels)
        assert row["test_loss"] == pytest.approx(float(expected), rel=1e-5)
        calibration = expected_calibration_error(outputs.double().softmax(1), labels)
        assert row["expected_calibration_error"] == pytest.approx(calibration, abs=1e-5)
        fitted, tags = one_by_one(network, dataset, train)
        accuracy = float((fitted.argmax(1) == tags).double().mean())
        assert row["train_accuracy"] == pytest.approx(accuracy)
        assert np.array_equal(found.arrays["predictions"][seed], predicted)
        assert np.array_equal(found.arrays["test_indices"][seed], test)
        matrix = sklearn.metrics.confusion_matrix(labels, predicted, labels=[0, 1, 2])
        assert np.array_equal(found.arrays["confusion"][seed], matrix)
        words = torch.from_numpy(dataset.inputs[test])[torch.from_numpy(dataset.targets[test] >= 0)]
        assert row["unknown_accuracy"] == pytest.approx(float(right[words == UNKNOWN_WORD].mean()))
        places = len(test) * dataset.inputs.shape[1]
        padded = (float(right.sum()) + places - len(right)) / places
        assert row["padded_accuracy"] == pytest.approx(padded)
        bins = [line["count"] for line in found.reliability if line["seed"] == seed]
        assert sum(bins) == len(labels)
    assert len({row["most_frequent_tag_accuracy"] for row in found.measures}) == 1


def test_training_logs_what_evaluation_finds(dataset: Dataset, tmp_path: Path) -> None:
    trainer, found = evaluated(STUDY, dataset, tmp_path)
    for seed, row in enumerate(found.measures):
        loss, accuracy = trainer.history[3:, seed, -1].tolist()
        assert row["test_loss"] == pytest.approx(loss, rel=1e-5)
        assert row["test_accuracy"] == pytest.approx(accuracy, abs=1e-6)


def test_corruptions_begin_with_what_is_clean(
    found: Evaluation, networks: list[nn.Module], dataset: Dataset
) -> None:
    few = np.arange(40, 40 + FEW)
    for seed, network in enumerate(networks):
        outputs, labels = one_by_one(network, dataset, few)
        clean = float((outputs.argmax(1) == labels).double().mean())
        rows = [row for row in found.robustness if row["seed"] == seed]
        assert {row["corruption"] for row in rows} == set(CORRUPTIONS["tokens"])
        assert [row["accuracy"] for row in rows if row["severity"] == 0] == [clean] * 2
        curve = [row for row in found.pruning if (row["seed"], row["fraction"]) == (seed, 0)]
        assert [row["scope"] for row in curve] == [
            *("all", "embedding", "input", "recurrent", "output"),
        ]  # fmt: skip
        assert all(row["accuracy"] == clean for row in curve)


def test_words_that_changed_places_are_judged_by_their_own_tags(
    found: Evaluation, networks: list[nn.Module], dataset: Dataset
) -> None:
    pool = torch.from_numpy(dataset.inputs[40 : 40 + FEW])
    # A word's place tells its tag.
    places = torch.arange(pool.shape[1]).expand_as(pool).masked_fill(pool == PADDING_WORD, -1)
    came_from = labels_under("swap", places, 5)
    hurt = corrupted("tokens", "swap", pool, 5)
    with torch.no_grad():
        predicted = networks[0](hurt).argmax(2)
    tags = torch.from_numpy(dataset.targets[40 : 40 + FEW])
    right = [
        bool(predicted[row, place] == tags[row, came_from[row, place]])
        for row, place in (came_from >= 0).nonzero().tolist()
    ]
    (line,) = [
        row["accuracy"]
        for row in found.robustness
        if (row["seed"], row["corruption"], row["severity"]) == (0, "swap", 5)
    ]
    assert line == pytest.approx(sum(right) / len(right))
    assert not torch.equal(came_from, places)


def test_hidden_units_are_seen_at_words(
    found: Evaluation, networks: list[nn.Module], dataset: Dataset
) -> None:
    network = networks[0]
    few = torch.from_numpy(dataset.inputs[40 : 40 + FEW])
    states: list[Tensor] = []
    handle = network.get_submodule("output").register_forward_pre_hook(
        lambda _, given: states.append(given[0][0])
    )
    with torch.no_grad():
        for sentence in few:
            network(sentence[sentence != PADDING_WORD][None])
    handle.remove()
    rows = [row for row in found.units if row["seed"] == 0]
    assert [(row["layer"], row["units"]) for row in rows] == [("embedding", 5), ("recurrent", 6)]
    expected = float(torch.cat(states).double().mean())
    assert rows[1]["mean_activation"] == pytest.approx(expected, abs=1e-6)


def test_everything_that_can_be_had_is_there(found: Evaluation) -> None:
    assert set(found.arrays) == {"confusion", "test_indices", "predictions"}
    # Whether the training loss got as far as it should is a question of its own.
    for row in found.measures:
        missing = {name for name, value in row.items() if math.isnan(value)}
        assert missing <= {"epochs_to_training_loss"}


def test_batches_by_length_give_every_sentence_its_own_logits(networks: list[nn.Module]) -> None:
    draws = torch.Generator().manual_seed(0)
    number = 2 * SENTENCES + 7
    words = torch.randint(1, 9, (number, 7), generator=draws, dtype=torch.int32)
    lengths = torch.randint(1, 8, (number, 1), generator=draws)
    words[torch.arange(7) >= lengths] = PADDING_WORD
    with torch.no_grad():
        together = logits(networks[0], words)
        for row in range(number):
            alone = networks[0](words[row : row + 1])
            torch.testing.assert_close(together[row : row + 1], alone)

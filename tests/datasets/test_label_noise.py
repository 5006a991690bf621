"""Labels drawn anew: how many, of which examples, and who sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from regscope.advice.reserve import reserved
from regscope.advice.scores import Ended, scores_of
from regscope.advice.trees import _score, drawn
from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.datasets.base import Column
from regscope.datasets.checks import check_source
from regscope.datasets.label_noise import drawn_anew
from regscope.report.label_noise import of_gaps
from regscope.report.sections import Section
from regscope.results.guessed import split_guess
from regscope.study.networks import load_networks, plain_networks
from regscope.study.params import Study
from regscope.sweeps.halves import halved
from regscope.sweeps.measured import prediction_measures
from regscope.tasks.classification import weights_of
from regscope.training.loop import cell_trainer
from tests import tiny
from tests.evaluation.trained import evaluated, inputs_of, right, with_evaluation

TARGETS = np.arange(10_000) % 10


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 1.0])
def test_so_large_a_share_is_drawn_evenly_the_right_class_among_them(share: float) -> None:
    """Of ten classes, a tenth of what is drawn anew is as it was (within five deviations)."""
    noisy = drawn_anew(TARGETS, 10, None, share)
    drawn = share * len(TARGETS)
    changed = (noisy != TARGETS).sum()
    assert changed == pytest.approx(0.9 * drawn, abs=5 * np.sqrt(0.09 * drawn))
    counts = np.bincount(noisy[noisy != TARGETS], minlength=10)
    assert counts == pytest.approx(0.09 * drawn, abs=5 * np.sqrt(0.09 * drawn))


def test_of_an_official_training_set_alone_and_always_the_same() -> None:
    noisy = drawn_anew(TARGETS, 10, 6000, 1.0)
    assert (noisy[6000:] == TARGETS[6000:]).all()
    assert (noisy[:6000] != TARGETS[:6000]).mean() > 0.85
    assert (drawn_anew(TARGETS, 10, 6000, 1.0) == noisy).all()
    assert (drawn_anew(TARGETS, 10, None, 0.0) == TARGETS).all()


@pytest.fixture(scope="module")
def noisy(digits: Dataset) -> Dataset:
    return replace(digits, noisy_targets=drawn_anew(digits.targets, 10, None, 0.5))


def test_it_comes_back_as_it_was_saved_and_goes_with_its_examples(
    noisy: Dataset, digits: Dataset, tmp_path: Path
) -> None:
    noisy.save(tmp_path)
    loaded = Dataset.load(tmp_path)
    assert loaded.noisy_targets is not None
    assert (loaded.noisy_targets == noisy.known_targets).all()
    some = np.array([7, 3, 3])
    assert (loaded.at(some).known_targets == noisy.known_targets[some]).all()
    assert (loaded.at(some).targets == digits.targets[some]).all()
    assert (loaded.targets_of("test") == digits.targets).all()
    assert (loaded.targets_of("validation") == noisy.known_targets).all()
    assert digits.known_targets is digits.targets


@pytest.mark.parametrize("holdout", ["test", "validation"])
def test_training_sees_it_and_a_test_does_not(
    noisy: Dataset, digits: Dataset, holdout: Literal["test", "validation"]
) -> None:
    """A network trained on drawn labels is that of a data set that has no others; what is held out
    is counted by the true ones, for a test, and by those that training sees for validation."""
    study = tiny.study()
    without = replace(digits, targets=noisy.known_targets)
    trained = [cell_trainer(study, [], data, [0, 1], holdout) for data in (noisy, without, digits)]
    for one in trained:
        one.run()
    weights = [torch.cat([p.flatten() for p in one.model.parameters()]) for one in trained]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    histories = [one.history for one in trained]
    assert torch.equal(histories[0][:3], histories[1][:3])
    assert torch.equal(histories[0], histories[1]) is (holdout == "validation")
    if holdout == "test":
        # Those of the second, held against what is true.
        trained[1]._judged = trained[2]._judged
        for found, expected in zip(trained[1]._held_out(), histories[0][3:, :, -1], strict=True):
            assert torch.equal(found, expected)


def test_measures_count_training_by_it_and_a_test_by_what_is_true(
    noisy: Dataset, digits: Dataset, tmp_path: Path
) -> None:
    study = tiny.study({}, "adam", training={"epochs": 30})
    trainer, found = evaluated(study, noisy, tmp_path)
    networks = load_networks(study, "tested", tmp_path, noisy)
    last = trainer.history[trainer.task.history.index("holdout_accuracy"), :, -1].tolist()
    by_what_is_true = []
    for network, row, at_end in zip(networks, found.measures, last, strict=True):
        assert row["test_accuracy"] == pytest.approx(at_end)
        train = noisy.split(study.split, int(row["seed"])).train
        inputs, labels = inputs_of(digits, train)
        known = torch.from_numpy(noisy.known_targets[train])
        assert row["train_accuracy"] == pytest.approx(right(network, inputs, known))
        by_what_is_true.append(right(network, inputs, labels))
    assert [row["train_accuracy"] for row in found.measures] != pytest.approx(by_what_is_true)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({"source": "digits", "label_noise": 1.5}, "data.label_noise = 1.5: must be at most 1"),
        ({"source": "digits", "label_noise": -0.1}, "data.label_noise = -0.1: must be at least 0"),
        (
            {"source": "diabetes", "label_noise": 0.2},
            "data.label_noise = 0.2: must be 0 with targets that are numbers",
        ),
        (
            {"source": "nltk", "corpora": ["treebank"], "label_noise": 0.2},
            "data.label_noise = 0.2: must be 0 with sentences",
        ),
    ],
)
def test_what_cannot_be_drawn_is_one_line(data: Mapping[str, Any], line: str) -> None:
    with pytest.raises(ValidationError) as caught:
        tiny.study(data=data)
    assert one_line(caught.value, {"data": data}) == line


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (np.zeros(3, np.int64), "noisy_targets: int64 of shape [3]; must be as the targets"),
        (np.zeros(300, np.int32), "noisy_targets: int32 of shape [300]; must be as the targets"),
        (np.full(300, 10), "noisy_targets: from 10 to 10; must lie from 0 to 9"),
    ],
)
def test_labels_that_are_no_such_labels_are_refused(
    digits: Dataset, wrong: np.ndarray, line: str
) -> None:
    with pytest.raises(RegscopeError) as caught:
        replace(digits, noisy_targets=wrong)
    assert str(caught.value).startswith(line)


def test_data_of_another_noise_are_not_the_sources(all_digits: Dataset) -> None:
    source = tiny.study(data={"source": "digits", "label_noise": 0.5}).data
    for noise in (None, drawn_anew(all_digits.targets, 10, None, 0.2)):
        with pytest.raises(
            RegscopeError, match=r"noisy_targets are not those of label_noise = 0.5"
        ):
            check_source(source, replace(all_digits, noisy_targets=noise))
    right = drawn_anew(all_digits.targets, 10, None, 0.5)
    check_source(source, replace(all_digits, noisy_targets=right))
    with pytest.raises(RegscopeError, match=r"not those of label_noise = 0: not its data"):
        check_source(tiny.study().data, replace(all_digits, noisy_targets=right))


def test_settings_say_nothing_of_it_where_nobody_asks() -> None:
    assert "label_noise" not in tiny.study().data.model_dump()
    asked: Study = tiny.study(data={"source": "digits", "label_noise": 0.25})
    assert asked.data.model_dump()["label_noise"] == 0.25


def test_a_strength_is_chosen_by_labels_as_training_sees_them(noisy: Dataset) -> None:
    study = tiny.study()

    class Says(torch.nn.Module):
        """The first class, whatever it sees."""

        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            found = torch.zeros(len(inputs), 10)
            found[:, 0] = 1
            return found

    row = prediction_measures(Says(), noisy, study, 0)
    inside = noisy.split(study.split, 0, "validation")
    assert row["validation_accuracy"] == pytest.approx(
        (noisy.known_targets[inside.holdout] == 0).mean()
    )
    assert row["train_accuracy"] == pytest.approx((noisy.known_targets[inside.train] == 0).mean())
    test = noisy.split(study.split, 0).holdout
    assert row["test_accuracy"] == pytest.approx((noisy.targets[test] == 0).mean())


def test_a_studys_page_says_so() -> None:
    def facts(data: Mapping[str, Any]) -> str:
        found = tiny.study(data=data)
        return Section("tiny", found, {}, ("none",), None, {}).facts  # type: ignore[arg-type]

    noisy = facts({"source": "digits", "label_noise": 0.25})
    assert "54 examples to train on, 25 % of their labels drawn anew, 1,743 to test on" in noisy
    assert "54 examples to train on, 1,743 to test on" in facts({"source": "digits"})


def test_the_constant_guess_knows_labels_as_training_sees_them(digits: Dataset) -> None:
    """All of them say 3: so does the guess, which a test counts by what is true."""
    study = tiny.study()
    threes = replace(digits, noisy_targets=np.full_like(digits.targets, 3))
    for seed in range(3):
        held = threes.split(study.split, seed).holdout
        guess = split_guess(study, threes, seed)
        assert guess["accuracy"] == pytest.approx((digits.targets[held] == 3).mean())
        assert split_guess(study, threes, seed, "validation")["accuracy"] == 1


def test_batches_that_train_have_them(noisy: Dataset) -> None:
    targets = torch.from_numpy(noisy.known_targets)
    trainer = tiny.trainer(tiny.study(), noisy, [0, 1])
    _, labels = trainer.examples.gather(trainer.train)
    assert torch.equal(labels, targets[trainer.train].flatten())
    _, held = trainer._judged.gather(trainer.holdout)
    assert torch.equal(held, torch.from_numpy(noisy.targets)[trainer.holdout].flatten())


def test_early_stopping_watches_labels_as_training_sees_them(
    noisy: Dataset, digits: Dataset
) -> None:
    """It stops where it would on data that have no other labels."""
    study = tiny.study({"early_stopping": 2}, "adam", training={"epochs": 30})
    without = replace(digits, targets=noisy.known_targets)
    first, second = (tiny.trained(study, data, [0, 1]) for data in (noisy, without))
    for one, other in zip(
        first.model.state_dict().values(), second.model.state_dict().values(), strict=True
    ):
        assert torch.equal(one, other)


def test_balanced_weights_are_of_labels_as_training_sees_them(digits: Dataset) -> None:
    noisy = replace(digits, noisy_targets=np.arange(len(digits.targets)) % 2)
    [weights] = weights_of("balanced", noisy, [np.arange(100)])
    assert weights == [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]


def test_trees_learn_from_it_and_are_tested_by_what_is_true() -> None:
    """On a table whose labels training sees the other way round."""
    stream = np.random.default_rng(0)
    inputs = stream.normal(size=(400, 3)).astype(np.float32)
    targets = (inputs[:, 0] > 0).astype(np.int64)
    table = Dataset(
        "table", inputs, targets, ("no", "yes"), columns=tuple(map(Column, "abc")),
        noisy_targets=1 - targets,
    )  # fmt: skip
    study = tiny.study(split={"train": 300, "validation": 60})
    setting = drawn(1, 0)[0]
    assert _score(study, table, setting, 0, "validation") > 0.9
    assert _score(study, table, setting, 0, "test") < 0.1


def test_a_source_that_brings_its_own_is_refused(
    digits: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tiny.study().data
    brought = replace(digits, noisy_targets=digits.targets)
    monkeypatch.setattr(type(source), "prepare", lambda *_: brought)
    with pytest.raises(RegscopeError, match="prepare gives noisy_targets of its own"):
        source.prepared(tmp_path, "tiny")


def test_a_page_says_what_gaps_hold() -> None:
    def told(share: float) -> str:
        data = {"source": "digits", "label_noise": share}
        found = tiny.study(data=data)
        return of_gaps(Section("tiny", found, {}, ("none",), None, {}))  # type: ignore[arg-type]

    assert told(0.5).startswith("Training counts labels as they are given, 50 % of them drawn anew")
    assert told(0) == ""


def test_what_is_set_aside_and_halves_keep_it(noisy: Dataset) -> None:
    known = dict(zip(map(bytes, noisy.inputs), noisy.known_targets.tolist(), strict=True))
    for other in (reserved(noisy, tiny.study()), halved(noisy, 2, 3)):
        found = [known[bytes(one)] for one in other.inputs]
        assert found == other.known_targets.tolist()
        assert found != other.targets.tolist()


@pytest.mark.parametrize("holdout", ["test", "validation"])
def test_a_search_scores_by_labels_as_training_sees_them_and_a_test_by_the_true_ones(
    noisy: Dataset, tmp_path: Path, holdout: Literal["test", "validation"]
) -> None:
    study = with_evaluation(tiny.study(), primary="balanced_accuracy")
    noisy.save(tmp_path)
    trainer = cell_trainer(study, [], noisy, [0], holdout)
    trainer.run()
    weights = {name: tensor[0].numpy() for name, tensor in trainer.model.state_dict().items()}
    ended = Ended("none", 0, trainer.history[:, 0].numpy(), weights)
    [score] = scores_of(study, tmp_path, holdout)(ended, [study.training.epochs]).scores
    places = noisy.split(study.split, 0, holdout).holdout
    state = {name: torch.from_numpy(tensor[None]) for name, tensor in weights.items()}
    network = plain_networks(study, "none", state, noisy)[0]
    with torch.no_grad():
        told = network(inputs_of(noisy, places)[0]).argmax(1).numpy()
    labels = (noisy.targets if holdout == "test" else noisy.known_targets)[places]
    recalls = [(told[labels == one] == one).mean() for one in np.unique(labels)]
    assert score == pytest.approx(np.mean(recalls))

"""A step of a stack: what hooks that meet in it make of one another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor

from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.regularizers import Regularizer
from regscope.regularizers.augmentation import Augmentation
from regscope.regularizers.label_smoothing import LabelSmoothing
from regscope.regularizers.step import Own, Step
from regscope.training.loop import Trainer, cell_trainer
from regscope.training.places import Place, places_of
from tests import sentences, tiny

ONE_EPOCH = {"epochs": 1, "batch_size": 8}


class _Passing(Regularizer):
    """As many passes as it says, of which its structure says nothing."""

    name: ClassVar[str] = "own_passes"
    main: ClassVar[str] = "count"
    count: int

    @property
    def structure(self) -> str:
        return self.name

    def passing(self, step: Step, own: Own) -> Iterator[None]:
        del step, own
        for _ in range(self.count):
            yield


def passing(counts: list[int], dataset: Dataset) -> Trainer:
    """Places of the tiny study whose steps have so many passes each."""
    study = tiny.study()
    places = [Place(0, (_Passing(count=count),), study.training) for count in counts]
    return Trainer(study, dataset, places)


@pytest.mark.parametrize("counts", [[2, 3], [3, 2], [1, 2, 1]])
def test_passes_that_end_apart_are_refused(counts: list[int], digits: Dataset) -> None:
    said = (
        f"own_passes: passes of {len(counts)} settings in one stack end apart; `structure` must"
        " tell these settings apart"
    )
    with pytest.raises(RegscopeError) as refused:
        passing(counts, digits).run()
    assert str(refused.value) == said


def test_passes_that_end_together_are_taken(digits: Dataset) -> None:
    trainer = passing([2, 2], digits)
    trainer.run()
    assert trainer.epoch == 3


def test_a_method_that_runs_no_pass_is_refused(digits: Dataset) -> None:
    with pytest.raises(RegscopeError, match=r"^own_passes: `passing` must yield at least once$"):
        passing([0], digits).run()


class _Relabelling(Regularizer):
    """A copy of every example that is said to be of class 7."""

    name: ClassVar[str] = "relabelling"

    @property
    def copies(self) -> int:
        return 2

    def batch(self, step: Step, own: Own) -> tuple[Tensor, Tensor]:
        del own
        return step.inputs, torch.full_like(step.labels, 7)


class _RelabellingLast(_Relabelling):
    """After all others have changed the targets."""

    turn: ClassVar[int] = 9


def taught(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Tensor, ...]]:
    """What every batch to come has: its indices `[S*B]`, targets and labels."""
    batches: list[tuple[Tensor, ...]] = []
    gather, loss = trainer.examples.gather, trainer.objective.loss
    read: list[Tensor] = []

    def gathering(indices: Tensor) -> tuple[Tensor, Tensor]:
        read.append(indices.reshape(-1))
        return gather(indices)

    def noting(logits: Tensor, targets: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        if trainer.model.training:
            batches.append((read[-1], targets.clone(), labels.clone()))
        return loss(logits, targets, labels)

    monkeypatch.setattr(trainer.examples, "gather", gathering)
    monkeypatch.setattr(trainer.objective, "loss", noting)
    return batches


def smoothed(classes: Tensor, smoothing: float) -> Tensor:
    """Of ten classes, `[n]`, rows `[n, 10]`."""
    rows = torch.full((len(classes), 10), smoothing / 10)
    rows[torch.arange(len(classes)), classes] += 1 - smoothing
    return rows


def test_copies_are_taught_their_examples_smoothed_labels(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = tiny.study(training=ONE_EPOCH)
    methods = [Augmentation(strength=1, added=True), LabelSmoothing(smoothing=0.2)]
    trainer = cell_trainer(study, methods, digits, [0, 1])
    batches = taught(trainer, monkeypatch)
    trainer.run()
    own = torch.from_numpy(digits.targets)
    copies = 0
    for indices, targets, labels in batches:
        classes = own[indices % len(own)]
        assert labels.equal(classes)
        torch.testing.assert_close(targets, smoothed(classes, 0.2))
        copies += int((indices >= len(own)).sum())
    assert copies == 2 * 54


@pytest.mark.parametrize(
    ("method", "of_copies"),
    [
        (_Relabelling, lambda rows: smoothed(torch.full((rows,), 7), 0.2)),
        (_RelabellingLast, lambda rows: smoothed(torch.full((rows,), 7), 0)),
    ],
    ids=["before", "after"],
)
def test_what_copies_are_taught_otherwise_leaves_their_examples_theirs(
    method: type[Regularizer], of_copies: Any, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whichever of two methods that change targets comes first."""
    study = tiny.study(training=ONE_EPOCH)
    trainer = cell_trainer(study, [method(), LabelSmoothing(smoothing=0.2)], digits, [0, 1])
    batches = taught(trainer, monkeypatch)
    trainer.run()
    own = torch.from_numpy(digits.targets)
    for indices, targets, labels in batches:
        copied, classes = indices >= len(own), own[indices % len(own)]
        assert labels.equal(classes)
        torch.testing.assert_close(targets[~copied], smoothed(classes[~copied], 0.2))
        torch.testing.assert_close(targets[copied], of_copies(int(copied.sum())))


def test_copies_beside_other_targets_at_some_places(digits: Dataset) -> None:
    """Each place as it is alone."""
    added = {"augmentation": {"strength": 1, "added": True}}
    cells: list[dict[str, Any]] = [
        {**added, "label_smoothing": 0.1}, added, {**added, "label_smoothing": 0.4}
    ]  # fmt: skip
    study = tiny.study(training=ONE_EPOCH)
    methods = [tiny.study(cell).cells["tested"].methods() for cell in cells]
    places = [places_of(study.training, own, [1])[0] for own in methods]
    together = Trainer(study, digits, places)
    together.run()
    for index, place in enumerate(places):
        alone = Trainer(study, digits, [place])
        alone.run()
        found = {name: value[index] for name, value in together.model.state_dict().items()}
        expected = {name: value[0] for name, value in alone.model.state_dict().items()}
        assert tiny.differences(found, expected) == {}


OF_TARGETS: dict[str, dict[str, Any]] = {
    "none": {},
    "confidence_penalty": {"confidence_penalty": 0.5},
    "label_smoothing": {"label_smoothing": 0.2},
    "both": {"confidence_penalty": 0.5, "label_smoothing": 0.2},
}


@pytest.mark.parametrize("cell", OF_TARGETS)
@pytest.mark.parametrize("padding", [1e30, math.inf, -math.inf, math.nan])
def test_what_comes_out_of_padding_changes_no_bit(
    cell: str, padding: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of what goes back into the network nor of what is recorded."""
    study, dataset = sentences.study(OF_TARGETS[cell]), sentences.language()
    found = []
    for spoiled in (False, True):
        trainer = tiny.trainer(study, dataset, [0, 1])
        indices = trainer.train[:, :8]
        _, labels = trainer.examples.gather(indices)
        assert (labels < 0).any()
        forward, backward = trainer.passes.forward, trainer.passes.backward
        gradients: list[Tensor] = []

        def spoiling(
            inputs: Tensor,
            forward: Any = forward,
            spoiled: bool = spoiled,
            labels: Tensor = labels,
        ) -> Tensor:
            logits = forward(inputs)
            assert isinstance(logits, Tensor)
            if spoiled:
                logits = logits.masked_fill((labels < 0).unsqueeze(-1), padding)
            return logits

        def noting(
            gradient: Tensor, backward: Any = backward, gradients: list[Tensor] = gradients
        ) -> None:
            gradients.append(gradient.clone())
            backward(gradient)

        monkeypatch.setattr(trainer.passes, "forward", spoiling)
        monkeypatch.setattr(trainer.passes, "backward", noting)
        trainer.update(indices)
        assert not gradients[0][labels < 0].any()
        assert gradients[0][labels >= 0].any()
        found.append((gradients[0], trainer.update.loss, trainer.update.points))
    for changed, expected in zip(found[1], found[0], strict=True):
        assert changed.equal(expected)

"""What an example's loss counts by its class, against torch's and scikit-learn's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from sklearn.utils.class_weight import compute_class_weight
from torch import Tensor
from torch.nn import functional

from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.study.networks import plain_networks
from regscope.tasks.classification import OfClasses, weights_of
from regscope.training.loop import Trainer
from regscope.training.places import places_of
from tests import sentences, tiny

WEIGHTS = torch.tensor([[1.0, 2.0, 0.5, 10.0], [3.0, 1.0, 1.0, 0.25]])


def drawn() -> tuple[Tensor, Tensor, Tensor]:
    """Logits of two seeds with six examples each, their labels, and probabilities."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(12, 4, generator=generator)
    labels = torch.randint(4, (12,), generator=generator)
    return logits, labels, torch.rand(12, 4, generator=generator).softmax(1)


@pytest.mark.parametrize("seed", [0, 1])
def test_gradients_are_those_of_torchs_weighted_loss(seed: int) -> None:
    logits, labels, _ = drawn()
    losses, gradient = OfClasses(2, WEIGHTS).loss(logits, labels, labels)
    own = slice(6 * seed, 6 * seed + 6)
    leaf = logits[own].clone().requires_grad_()
    weighted = functional.cross_entropy(leaf, labels[own], weight=WEIGHTS[seed], reduction="none")
    (expected,) = torch.autograd.grad(weighted.sum() / 6, leaf)
    torch.testing.assert_close(gradient[own], expected)
    torch.testing.assert_close(
        losses[own], functional.cross_entropy(logits[own], labels[own], reduction="none")
    )


def test_of_soft_targets_the_labels_weight_counts() -> None:
    logits, labels, soft = drawn()
    losses, gradient = OfClasses(2, WEIGHTS).loss(logits, soft, labels)
    leaf = logits.clone().requires_grad_()
    each = functional.cross_entropy(leaf, soft, reduction="none")
    counts = WEIGHTS.repeat_interleave(6, 0)[torch.arange(12), labels]
    (expected,) = torch.autograd.grad((each * counts).sum() / 6, leaf)
    torch.testing.assert_close(gradient, expected)
    torch.testing.assert_close(losses, functional.cross_entropy(logits, labels, reduction="none"))


def of_labels(labels: np.ndarray) -> Dataset:
    inputs = np.zeros((len(labels), 1), np.float32)
    return Dataset("points", inputs, labels, ("rare", "usual", "absent"))


def test_balanced_is_scikit_learns() -> None:
    """Of each seed's own examples; a class that is not there does not count."""
    labels = np.array([0] * 3 + [1] * 17)
    parts = [np.arange(20), np.arange(2, 12)]
    found = weights_of("balanced", of_labels(labels), parts)
    for own, weights in zip(parts, found, strict=True):
        expected = compute_class_weight("balanced", classes=np.array([0, 1]), y=labels[own])
        assert weights == pytest.approx([*expected, 0])
    assert found[0][:2] == pytest.approx([20 / (2 * 3), 20 / (2 * 17)])


def test_a_class_that_is_not_named_counts_one() -> None:
    assert (
        weights_of({"rare": 5.0}, of_labels(np.array([0, 1])), [np.arange(2)] * 2)
        == [[5.0, 1.0, 1.0]] * 2
    )


def test_a_class_that_there_is_not_is_named_with_the_nearest() -> None:
    with pytest.raises(RegscopeError) as refused:
        weights_of({"usuall": 5.0}, of_labels(np.array([0, 1])), [np.arange(2)])
    assert str(refused.value) == (
        "training.class_weights.usuall = 5: no class; choose from: rare, usual, absent"
    )


REFUSED: dict[str, tuple[Any, str]] = {
    "another word": ("even", "training.class_weights = even: must be balanced, or a weight by"),
    "a number": (3, "training.class_weights = 3: must be balanced, or a weight by the name of"),
    "no class": ({}, "training.class_weights = {}: must be balanced, or a weight by the name of"),
    "zero": ({"1": 0}, "training.class_weights.1 = 0: must be a number above 0, and at most"),
    "negative": ({"1": -2.0}, "training.class_weights.1 = -2.0: must be a number above 0"),
    "text": ({"1": "two"}, "training.class_weights.1 = two: must be a number above 0"),
    "a truth": ({"1": True}, "training.class_weights.1 = true: must be a number"),
    "infinity": ({"1": float("inf")}, "training.class_weights.1 = inf: must be a number above 0"),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_what_is_no_weight_is_one_line(mistake: str) -> None:
    given, line = REFUSED[mistake]
    with pytest.raises(ValidationError) as refused:
        tiny.study(training={"class_weights": given})
    assert one_line(refused.value, {"training": {"class_weights": given}}).startswith(line)


def test_numbers_and_sentences_have_none() -> None:
    data, model = {"source": "diabetes"}, {"kind": "mlp", "hidden": [4]}
    with pytest.raises(ValidationError, match="is for regression: leave it out"):
        tiny.study(data=data, model=model, training={"class_weights": "balanced"})
    with pytest.raises(ValidationError, match="is for tagging: leave it out"):
        sentences.study(class_weights="balanced")


def test_names_may_be_numbers_and_settings_without_stay_as_they_were() -> None:
    study = tiny.study(training={"class_weights": {3: 2}})
    assert study.training.class_weights == {"3": 2.0}
    assert "class_weights" not in tiny.study().training.model_dump()


def test_a_step_is_torchs(digits: Dataset) -> None:
    """One step of plain descent on all examples at once, and the loss recorded without weights."""
    study = tiny.study(
        training={"epochs": 1, "batch_size": 54, "class_weights": {"3": 4.0, "8": 0.5}}
    )
    trainer = tiny.trainer(study, digits, [0, 1])
    weights = torch.ones(10)
    weights[3], weights[8] = 4.0, 0.5
    networks = plain_networks(study, "tested", trainer.model.state_dict(), digits)
    inputs, labels = trainer.examples.gather(trainer.train)
    trainer.run()
    for seed, network in enumerate(networks):
        own = slice(54 * seed, 54 * seed + 54)
        for parameter in network.parameters():
            parameter.requires_grad_()
        logits = network(inputs[own])
        each = functional.cross_entropy(logits, labels[own], weight=weights, reduction="none")
        gradients = torch.autograd.grad(each.sum() / 54, list(network.parameters()))
        for (name, parameter), gradient in zip(network.named_parameters(), gradients, strict=True):
            torch.testing.assert_close(
                trainer.model.state_dict()[name][seed], parameter.detach() - 0.1 * gradient
            )
        plain = functional.cross_entropy(logits, labels[own])
        torch.testing.assert_close(trainer.history[0, seed, 0], plain.detach())


CELLS = [{}, {"mixup": 1}, {"label_smoothing": 0.1}, {"sam": 0.05}, {"augmentation": 1}]


@pytest.mark.parametrize("cell", CELLS)
def test_a_seed_does_not_depend_on_its_neighbours(cell: dict[str, Any], digits: Dataset) -> None:
    study = tiny.study(cell, "adam", training={"class_weights": "balanced"})
    together = tiny.trained(study, digits, [0, 1, 2]).model.state_dict()
    alone = tiny.trained(study, digits, [2]).model.state_dict()
    assert tiny.differences(alone, {name: value[2:] for name, value in together.items()}) == {}
    without = tiny.trained(tiny.study(cell, "adam"), digits, [2]).model.state_dict()
    assert tiny.differences(alone, without)


def test_weights_of_one_change_no_bit(digits: Dataset) -> None:
    ones = tiny.study(training={"class_weights": {"3": 1}})
    found = tiny.trained(ones, digits, [0]).model.state_dict()
    assert tiny.differences(found, tiny.trained(tiny.study(), digits, [0]).model.state_dict()) == {}


def test_places_of_other_weights_are_refused(digits: Dataset) -> None:
    places = [
        place
        for weights in (None, "balanced")
        for place in places_of(tiny.study(training={"class_weights": weights}).training, [], [0])
    ]
    with pytest.raises(RegscopeError, match=r"^training.class_weights: balanced and None in one"):
        Trainer(tiny.study(), digits, places)

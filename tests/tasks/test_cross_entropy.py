from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from regscope.tasks.classification import cross_entropy
from regscope.tasks.tagging import token_cross_entropy


def by_autograd(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    leaf = logits.clone().requires_grad_()
    losses = functional.cross_entropy(leaf, targets, reduction="none")
    (gradient,) = torch.autograd.grad(losses.sum(), leaf)
    return losses.detach(), gradient


def drawn(scale: float) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    logits = scale * torch.randn(50, 7, generator=generator)
    classes = torch.randint(7, (50,), generator=generator)
    return logits, classes, torch.rand(50, 7, generator=generator).softmax(1)


@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0, 1000.0])
@pytest.mark.parametrize("soft", [False, True])
def test_loss_and_gradient_are_autograds(scale: float, soft: bool) -> None:
    logits, classes, probabilities = drawn(scale)
    targets = probabilities if soft else classes
    before = logits.clone()
    for found, expected in zip(
        cross_entropy(logits, targets), by_autograd(logits, targets), strict=True
    ):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
    assert torch.equal(logits, before)


def test_two_classes_by_hand() -> None:
    losses, gradient = cross_entropy(torch.tensor([[math.log(3), 0.0]]), torch.tensor([1]))
    assert losses.tolist() == pytest.approx([math.log(4)])
    assert gradient[0].tolist() == pytest.approx([0.75, -0.75])


def test_bfloat16_logits_give_float32_results() -> None:
    logits, classes, _ = drawn(1.0)
    rounded = logits.bfloat16()
    for found, expected in zip(
        cross_entropy(rounded, classes), cross_entropy(rounded.float(), classes), strict=True
    ):
        assert found.dtype == torch.float32
        assert torch.equal(found, expected)


def test_masked_loss_by_hand() -> None:
    """Two seeds with a sentence of two words and one of one word; log-odds of 3 to 1."""
    odds = math.log(3)
    logits = torch.tensor([[[odds, 0.0], [0.0, 0.0]], [[odds, 0.0], [9.0, -9.0]]])
    targets = torch.tensor([[0, 1], [1, -1]])
    losses, gradient = token_cross_entropy(logits, targets, 2)
    assert losses[0].tolist() == pytest.approx([math.log(4 / 3), math.log(2)])
    assert losses[1].tolist() == pytest.approx([math.log(4), 0])
    # Of the first seed's mean over two words, of the second's single word.
    assert gradient[0].tolist() == [pytest.approx([-0.125, 0.125]), pytest.approx([0.25, -0.25])]
    assert gradient[1].tolist() == [pytest.approx([0.75, -0.75]), [0, 0]]


@pytest.mark.parametrize("padding", [0.0, 1e30, math.inf, math.nan])
def test_what_padding_holds_changes_nothing(padding: float) -> None:
    logits, classes, _ = drawn(1.0)
    logits, targets = logits.view(5, 10, 7), classes.view(5, 10).clone()
    targets[:, 6:] = -1
    changed = logits.clone()
    changed[:, 6:] = padding
    for found, expected in zip(
        token_cross_entropy(changed, targets, 1),
        token_cross_entropy(logits, targets, 1),
        strict=True,
    ):
        assert torch.equal(found, expected)


def test_a_batchs_masked_gradient_is_autograds_of_the_mean_over_words() -> None:
    logits, classes, _ = drawn(1.0)
    targets = classes.masked_fill(
        torch.rand(50, generator=torch.Generator().manual_seed(1)) < 0.3, -1
    )
    leaf = logits.clone().requires_grad_()
    mean = functional.cross_entropy(leaf, targets, ignore_index=-1)
    (expected,) = torch.autograd.grad(mean, leaf)
    losses, found = token_cross_entropy(logits.view(5, 10, 7), targets.view(5, 10), 1)
    torch.testing.assert_close(found.view(50, 7), expected, rtol=1e-5, atol=1e-7)
    assert losses.sum().item() == pytest.approx(mean.item() * (targets >= 0).sum().item())


def test_a_batch_of_nothing_but_padding_has_no_gradient() -> None:
    losses, gradient = token_cross_entropy(torch.ones(2, 3, 4), torch.full((2, 3), -1), 2)
    assert not losses.any()
    assert not gradient.any()

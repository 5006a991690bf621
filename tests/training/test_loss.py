from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from regscope.training.loss import backward, cross_entropy


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


def test_backward_starts_from_the_given_gradient() -> None:
    leaf = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    backward(leaf * 3, torch.tensor([[1.0, -1.0], [0.5, 2.0]]))
    assert leaf.grad is not None
    assert leaf.grad.tolist() == [[3.0, -3.0], [1.5, 6.0]]

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from regscope.models.recurrent.recurrence import recurrence


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).double()


def send_back(outputs: Tensor, weighting: Tensor) -> None:
    torch.autograd.backward((outputs * weighting).sum())


@pytest.mark.parametrize("steps", [1, 2, 9])
def test_outputs_and_gradients_are_those_of_torchs_rnn(steps: int) -> None:
    """Its bias of the recurrent weights, which is one too many, being zero."""
    reference = nn.RNN(4, 5, batch_first=True).double()
    state = dict(reference.named_parameters())
    nn.init.zeros_(state["bias_hh_l0"])
    inputs, weighting = draw(3, steps, 4).requires_grad_(), draw(3, steps, 5, seed=1)
    expected, _ = reference(inputs)
    send_back(expected, weighting)
    mine = inputs.detach().clone().requires_grad_()
    weight = state["weight_hh_l0"].detach().clone().requires_grad_()
    arriving = nn.functional.linear(mine, state["weight_ih_l0"], state["bias_ih_l0"])
    found = recurrence(arriving, weight)
    send_back(found, weighting)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(mine.grad, inputs.grad)
    torch.testing.assert_close(weight.grad, state["weight_hh_l0"].grad)


def test_the_written_gradients_are_the_numerical_ones() -> None:
    inputs, weight = draw(2 * 2, 4, 3).requires_grad_(), draw(2, 3, 3, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(recurrence, (inputs, weight))


def test_seeds_of_a_stack_do_not_meet() -> None:
    inputs, weights = draw(3 * 2, 5, 4).requires_grad_(), draw(3, 4, 4, seed=1).requires_grad_()
    weighting = draw(3 * 2, 5, 4, seed=2)
    together = recurrence(inputs, weights)
    send_back(together, weighting)
    assert inputs.grad is not None
    assert weights.grad is not None
    for seed in range(3):
        mine = inputs.detach().chunk(3)[seed].clone().requires_grad_()
        weight = weights[seed].detach().clone().requires_grad_()
        alone = recurrence(mine, weight)
        send_back(alone, weighting.chunk(3)[seed])
        torch.testing.assert_close(together.chunk(3)[seed], alone)
        torch.testing.assert_close(inputs.grad.chunk(3)[seed], mine.grad)
        torch.testing.assert_close(weights.grad[seed], weight.grad)


def test_a_gradient_of_another_layout_will_do() -> None:
    """Sums over an axis send back expanded ones."""
    inputs, weight = draw(2, 3, 4).requires_grad_(), draw(4, 4, seed=1)
    torch.autograd.backward(recurrence(inputs, weight).sum(1).sum())
    again = inputs.detach().clone().requires_grad_()
    send_back(recurrence(again, weight), torch.ones(2, 3, 4).double())
    torch.testing.assert_close(inputs.grad, again.grad)

from __future__ import annotations

import torch

from regscope.training.autograd import backward


def test_backward_starts_from_the_given_gradient() -> None:
    leaf = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    backward(leaf * 3, torch.tensor([[1.0, -1.0], [0.5, 2.0]]))
    assert leaf.grad is not None
    assert leaf.grad.tolist() == [[3.0, -3.0], [1.5, 6.0]]

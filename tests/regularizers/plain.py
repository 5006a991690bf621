"""A plain torch loop on one network, to hold one method at a time against.

One batch holds all examples, so that an epoch is a step; in float64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from regscope.datasets import Dataset
from regscope.models.initialization import initialized
from tests import tiny

SIZE, STEPS, SEED = 40, 12, 3

Loss = Callable[[Tensor, Tensor], Tensor]


class Plain:
    """Of seed 3 of the tiny study: its network, its examples and a torch optimizer.

    `before` changes gradients or weights before the update, `after` after it, and `loss` is
    `torch.nn.functional.cross_entropy` where nothing else is said. `kept`, if any, is what training
    ends with.
    """

    def __init__(
        self,
        digits: Dataset,
        optimizer: Callable[[nn.Module], torch.optim.Optimizer] | None = None,
        *,
        loss: Loss = nn.functional.cross_entropy,
        before: Callable[[nn.Module], object] | None = None,
        after: Callable[[nn.Module], object] | None = None,
    ) -> None:
        study = tiny.study(split={"train": SIZE})
        self.network = initialized(study.model, digits.input_shape, 10, SEED).double()
        made = optimizer or (lambda network: torch.optim.SGD(network.parameters(), lr=0.1))
        self.optimizer = made(self.network)
        self.loss, self.before, self.after = loss, before, after
        self.kept: nn.Module | None = None
        chosen = digits.split(study.split, SEED).train
        self.inputs = torch.from_numpy(digits.inputs[chosen]).double() / 16
        self.labels = torch.from_numpy(digits.targets[chosen])

    def backward(self) -> None:
        self.optimizer.zero_grad()
        torch.autograd.backward(self.loss(self.network(self.inputs), self.labels))

    def sharpness_aware(self, passed: Callable[[], None], radius: float) -> None:
        """A pass, and with a radius another one at that distance up the loss, from where it came:
        SAM's gradient (Foret et al. 2021)."""
        passed()
        if not radius:
            return
        parameters = list(self.network.parameters())
        gradients = [torch.as_tensor(parameter.grad).clone() for parameter in parameters]
        length = torch.cat([gradient.flatten() for gradient in gradients]).norm()
        start = [parameter.detach().clone() for parameter in parameters]
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.add_(radius * gradient / length)
        passed()
        with torch.no_grad():
            for parameter, clean in zip(parameters, start, strict=True):
                parameter.copy_(clean)

    @torch.no_grad()
    def step(self) -> None:
        with torch.enable_grad():
            self.backward()
        if self.before is not None:
            self.before(self.network)
        self.optimizer.step()
        if self.after is not None:
            self.after(self.network)


def check(
    cell: dict[str, Any],
    plain: Plain,
    digits: Dataset,
    training: dict[str, Any] | None = None,
    rtol: float = 1e-9,
) -> None:
    """The cell's weights are the plain network's after every step."""
    run = {"epochs": STEPS, "batch_size": SIZE, **(training or {})}
    study = tiny.study(cell, split={"train": SIZE}, training=run)
    with tiny.in_float64():
        trainer = tiny.trainer(study, digits, [0, SEED])
        start = {name: value[1].clone() for name, value in trainer.model.state_dict().items()}
        plain.network.load_state_dict(start)
        steps = 0

        def compare(_: object) -> None:
            nonlocal steps
            plain.step()
            steps += 1
            kept = plain.kept if steps == STEPS and plain.kept is not None else plain.network
            expected = kept.state_dict()
            for name, value in trainer.model.state_dict().items():
                torch.testing.assert_close(value[1], expected[name], rtol=rtol, atol=rtol / 10)

        trainer.run(compare)
    assert steps == STEPS
    assert any(not value.equal(start[name]) for name, value in plain.network.state_dict().items())

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import nn

from regscope.datasets import Dataset
from regscope.regularizers.lookahead import Lookahead
from tests import tiny
from tests.regularizers.own import any_step, own, remembering
from tests.regularizers.plain import Plain, check


def test_by_hand() -> None:
    """From 0, steps of +2 and of +4, every second of them a quarter of the way."""
    weights = {"weight": torch.zeros(2, 1)}
    method = Lookahead(steps=2, alpha=0.25)
    owned = remembering(method, own(weights))
    seen = []
    for _ in range(4):
        weights["weight"].add_(torch.tensor([[2.0], [4.0]]))
        method.weights(any_step(), owned)
        seen.append(
            [weights["weight"].flatten().tolist(), owned.memory["weight"].flatten().tolist()]
        )
    assert seen == [
        [[2.0, 4.0], [0.0, 0.0]],
        [[1.0, 2.0], [1.0, 2.0]],
        [[3.0, 6.0], [1.0, 2.0]],
        [[2.0, 4.0], [2.0, 4.0]],
    ]


class SlowAndFast(Plain):
    """The paper's algorithm 1 with torch's optimizer inside; slow weights are numpy's."""

    steps = 0

    def step(self) -> None:
        if not self.steps:
            self.slow = [parameter.detach().numpy().copy() for parameter in self.parameters()]
        super().step()
        self.steps += 1
        if self.steps % 5 == 0:
            for slow, parameter in zip(self.slow, self.parameters(), strict=True):
                slow += 0.3 * (parameter.detach().numpy() - slow)
                parameter.data.copy_(torch.from_numpy(slow))
        self.kept = deepcopy(self.network)
        for parameter, slow in zip(self.kept.parameters(), self.slow, strict=True):
            parameter.data.copy_(torch.from_numpy(slow))

    def parameters(self) -> list[nn.Parameter]:
        return list(self.network.parameters())


WAYS: dict[str, tuple[dict[str, Any], Any]] = {
    "nesterov": (
        {"momentum": 0.9, "nesterov": True},
        lambda network: torch.optim.SGD(network.parameters(), 0.1, 0.9, nesterov=True),
    ),
    "adam": (
        {"optimizer": "adam", "learning_rate": 0.01},
        lambda network: torch.optim.Adam(network.parameters(), lr=0.01),
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_it_is_the_papers_loop_whose_slow_weights_are_kept(way: str, digits: Dataset) -> None:
    """Of 12 steps: the slow weights are those after 10."""
    training, optimizer = WAYS[way]
    cell = {"lookahead": {"steps": 5, "alpha": 0.3}}
    check(cell, SlowAndFast(digits, optimizer), digits, training)


def test_steps_are_counted_over_epochs(digits: Dataset) -> None:
    """Of 3 epochs of 4 steps, every 7th."""
    trainer = tiny.trained(tiny.study({"lookahead": 7}), digits, [0, 1])
    assert trainer.memory["lookahead"]["steps made"].tolist() == [5, 5]

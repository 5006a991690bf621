from __future__ import annotations

import numpy as np
import torch
from torch import nn

from regscope.datasets import Dataset
from regscope.regularizers.gradient_noise import GradientNoise
from tests import tiny
from tests.regularizers.drawn import normal
from tests.regularizers.own import any_step, own, remembering
from tests.regularizers.plain import SEED, Plain, check
from tests.training.reference import Words


def test_it_is_as_the_paper_writes_it_in_numpy() -> None:
    """At each of two places: variances 0.3, 0.3 / 2**0.7, 0.3 / 3**0.7."""
    shapes = {"weight": (3, 5), "bias": (3,)}
    weights = {name: torch.zeros(2, *shape) for name, shape in shapes.items()}
    method = GradientNoise(eta=0.3, gamma=0.7)
    owned = remembering(method, own(weights))
    words = [Words(seed, "tested", 0) for seed in range(2)]
    for variance in (0.3, 0.3 / 2**0.7, 0.3 / 3**0.7):
        for weight in weights.values():
            weight.grad = torch.ones_like(weight)
        method.gradients(any_step(), owned)
        for name, shape in shapes.items():
            drawn = [normal(own_words, int(np.prod(shape))).reshape(shape) for own_words in words]
            expected = torch.from_numpy(1 + np.sqrt(variance) * np.stack(drawn))
            found = owned.gradient(name).double()
            torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_it_is_a_plain_loop_and_comes_behind_clipping(digits: Dataset) -> None:
    steps = 0

    def change(network: nn.Module) -> None:
        nonlocal steps
        nn.utils.clip_grad_norm_(network.parameters(), 0.4)
        words, variance = Words(SEED, "gradient_noise", steps), 0.01 / (1 + steps) ** 0.55
        for parameter in network.parameters():
            drawn = normal(words, parameter.numel()).reshape(parameter.shape)
            assert parameter.grad is not None
            parameter.grad.add_(torch.from_numpy(np.sqrt(variance) * drawn))
        steps += 1

    cell = {"gradient_clipping": 0.4, "gradient_noise": 0.01}
    check(cell, Plain(digits, before=change), digits)


def test_steps_are_counted_over_epochs(digits: Dataset) -> None:
    trainer = tiny.trained(tiny.study({"gradient_noise": 0.01}), digits, [0, 1])
    assert trainer.memory["gradient_noise"]["steps"].tolist() == [3 * 4, 3 * 4]

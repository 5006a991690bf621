"""Methods that act in hooks of the step, held against independent implementations of them."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from regscope.datasets import Dataset
from tests import tiny
from tests.regularizers.plain import SIZE, Plain, check

ADAM = {"optimizer": "adam", "learning_rate": 0.01}


def adam(network: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.Adam(network.parameters(), lr=0.01)


def matrices(network: nn.Module) -> list[nn.Parameter]:
    return [weight for weight in network.parameters() if weight.dim() == 2]


def test_label_smoothing_is_torchs(digits: Dataset) -> None:
    def loss(logits: Tensor, labels: Tensor) -> Tensor:
        return functional.cross_entropy(logits, labels, label_smoothing=0.2)

    check({"label_smoothing": 0.2}, Plain(digits, loss=loss), digits)


def test_the_recorded_loss_is_on_the_true_labels(digits: Dataset) -> None:
    one_step = {"epochs": 1, "batch_size": 54}
    none, smoothed = (
        tiny.trained(tiny.study(cell, training=one_step), digits, [0]).history
        for cell in ({}, {"label_smoothing": 0.5})
    )
    assert none[0].equal(smoothed[0])
    assert none[2].equal(smoothed[2])
    assert not none[3].equal(smoothed[3])


def test_the_confidence_penalty_is_autograds_of_the_entropy(digits: Dataset) -> None:
    def loss(logits: Tensor, labels: Tensor) -> Tensor:
        found: Tensor = torch.distributions.Categorical(logits=logits).entropy()  # type: ignore[no-untyped-call]
        return functional.cross_entropy(logits, labels) - 0.7 * found.mean()

    check({"confidence_penalty": 0.7}, Plain(digits, loss=loss), digits)


class TwoPasses(Plain):
    """Sharpness-aware minimization as its algorithm 1 is written."""

    @torch.no_grad()
    def step(self) -> None:
        with torch.enable_grad():
            self.backward()
        given = [parameter.grad for parameter in self.network.parameters()]
        gradients = [gradient.clone() for gradient in given if gradient is not None]
        length = math.sqrt(sum(float((gradient**2).sum()) for gradient in gradients))
        climbed = [0.3 * gradient / length for gradient in gradients]
        for parameter, way in zip(self.network.parameters(), climbed, strict=True):
            parameter.add_(way)
        with torch.enable_grad():
            self.backward()
        for parameter, way in zip(self.network.parameters(), climbed, strict=True):
            parameter.sub_(way)
        self.optimizer.step()


@pytest.mark.parametrize("training", [{}, ADAM])
def test_sam_is_a_plain_loop_of_two_passes(training: dict[str, object], digits: Dataset) -> None:
    check({"sam": 0.3}, TwoPasses(digits, adam if training else None), digits, training)


def test_sam_keeps_the_running_statistics_of_its_first_pass(digits: Dataset) -> None:
    one_step = {"epochs": 1, "batch_size": 54}
    none, sam = (
        tiny.trained(tiny.study(cell, training=one_step), digits, [0]).model.state_dict()
        for cell in ({"batch_norm": True}, {"batch_norm": True, "sam": 0.3})
    )
    differing = tiny.differences(none, sam)
    assert "hidden1.weight" in differing
    assert not [name for name in differing if "running" in name or "tracked" in name]


@pytest.mark.parametrize("training", [{}, ADAM])
def test_clipping_is_torchs_and_sees_penalties(
    training: dict[str, object], digits: Dataset
) -> None:
    lengths = []

    def clip(network: nn.Module) -> None:
        for weight in matrices(network):
            assert weight.grad is not None
            weight.grad.add_(weight, alpha=2 * 0.02)
        lengths.append(float(nn.utils.clip_grad_norm_(network.parameters(), 0.4)))

    plain = Plain(digits, adam if training else None, before=clip)
    check({"gradient_clipping": 0.4, "l2": 0.02}, plain, digits, training)
    assert min(lengths) > 0.4 / 2
    assert max(lengths) > 0.4


def test_gradients_within_the_norm_stay_as_they_are(digits: Dataset) -> None:
    none, clipped = (
        tiny.trained(tiny.study(cell), digits, [0, 1]).model.state_dict()
        for cell in ({}, {"gradient_clipping": 1e6})
    )
    assert tiny.differences(none, clipped) == {}


def test_decoupled_decay_is_torchs_adamw(digits: Dataset) -> None:
    def decaying(network: nn.Module) -> torch.optim.Optimizer:
        biases = [bias for bias in network.parameters() if bias.dim() == 1]
        groups = [
            {"params": matrices(network), "weight_decay": 0.5},
            {"params": biases, "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(groups, lr=0.01)

    check({"weight_decay": 0.5}, Plain(digits, decaying), digits, ADAM)


def test_decoupled_decay_in_plain_sgd_is_the_gradient_of_l2(digits: Dataset) -> None:
    with tiny.in_float64():
        l2, decay = (
            tiny.trained(tiny.study(cell), digits, [0, 1]).model.state_dict()
            for cell in ({"l2": 0.05}, {"weight_decay": 0.1})
        )
    assert all(value < 1e-12 for value in tiny.differences(l2, decay).values())


def keras_max_norm(weights: Tensor, radius: float) -> Tensor:
    """Keras 3, `MaxNorm.__call__`, of weights whose units are the first axis."""
    axes = tuple(range(1, weights.dim()))
    norms = weights.square().sum(axes, keepdim=True).sqrt()
    desired = norms.clamp(0, radius)
    return weights * (desired / (1e-7 + norms))


def test_max_norm_is_kerass(digits: Dataset) -> None:
    def constrain(network: nn.Module) -> None:
        for weight in matrices(network):
            weight.copy_(keras_max_norm(weight, 0.9))

    check({"max_norm": 0.9}, Plain(digits, after=constrain), digits)


def test_max_norm_of_a_convolution_is_of_each_filter(digits: Dataset) -> None:
    cell = {"max_norm": {"radius": 0.3, "layers": ["conv1", "conv2"]}}
    study = tiny.study(cell, model=tiny.CONVOLUTIONAL)
    state = tiny.trained(study, digits, [0, 1]).model.state_dict()
    for layer in ("conv1", "conv2"):
        norms = state[f"{layer}.weight"].flatten(2).norm(dim=2)
        assert norms.max() <= 0.3 * (1 + 1e-6)
        assert (norms > 0.29).any()


class Averaged(Plain):
    """With torch's own exponential moving average of the weights."""

    def step(self) -> None:
        super().step()
        if self.kept is None:
            averaging = get_ema_multi_avg_fn(0.8)  # type: ignore[no-untyped-call]
            self.average = AveragedModel(self.network, multi_avg_fn=averaging)
            self.kept = self.average.module
        self.average.update_parameters(self.network)


def test_the_moving_average_is_torchs(digits: Dataset) -> None:
    check({"ema": 0.8}, Averaged(digits), digits)


@pytest.mark.parametrize(("patience", "min_delta"), [(1, 0.0), (3, 0.0), (2, 0.02)])
def test_early_stopping_keeps_the_best_epoch_before_patience_ends(
    patience: int, min_delta: float, digits: Dataset
) -> None:
    """Of a network that is trained on the same part and looked at from outside."""
    training = {"epochs": 25, "batch_size": 10, "learning_rate": 0.6}
    split = {"train": SIZE, "validation": 15}
    cell = {"early_stopping": {"patience": patience, "min_delta": min_delta}}
    seeds = [0, 1, 2]
    stopped = tiny.trainer(tiny.study(cell, training=training, split=split), digits, seeds)
    free = tiny.trainer(tiny.study(training=training, split=split), digits, seeds)
    # The same examples, in the same order, without the method.
    free.train, free._places = stopped.train, stopped.train
    watched, labels = stopped.examples.gather(stopped.watched)
    losses: list[Tensor] = []
    states: list[dict[str, Tensor]] = []

    def note(_: object) -> None:
        with torch.no_grad():
            found = functional.cross_entropy(free.model.eval()(watched), labels, reduction="none")
        losses.append(found.view(len(seeds), -1).mean(1))
        states.append(deepcopy(dict(free.model.state_dict())))

    free.run(note)
    stopped.run()
    ended = 0
    for slot in range(len(seeds)):
        best, chosen, waited = math.inf, 0, 0
        for epoch, loss in enumerate(losses):
            if waited < patience and float(loss[slot]) < best - min_delta:
                best, chosen, waited = float(loss[slot]), epoch, 0
            elif waited < patience:
                waited += 1
        ended += waited >= patience
        for name, value in stopped.model.state_dict().items():
            assert value[slot].equal(states[chosen][name][slot])
    assert ended


def test_what_is_watched_neither_trains_nor_tests(digits: Dataset) -> None:
    study = tiny.study({"early_stopping": 2})
    for holdout in ("test", "validation"):
        split = digits.split(study.split, 3, holdout, watched=True)
        parts = [set(part.tolist()) for part in (split.train, split.holdout, split.watched)]
        assert sum(map(len, parts)) == len(set.union(*parts))
        plain = digits.split(study.split, 3, holdout)
        assert set(plain.holdout.tolist()) == parts[1]
        assert set(plain.train.tolist()) == parts[0] | parts[2]
        assert len(parts[2]) == 10


def test_the_holdout_columns_are_of_what_would_be_kept(digits: Dataset) -> None:
    """After the last epoch the model is that, and gives the last row."""
    averaged = {"swa": 0.4, "batch_norm": True}
    cells: list[dict[str, Any]] = [
        {"ema": 0.9}, {"early_stopping": 1}, {"ema": 0.9, "early_stopping": 1}, averaged,
        {**averaged, "early_stopping": 1},
    ]  # fmt: skip
    for cell in cells:
        trainer = tiny.trained(tiny.study(cell), digits, [0, 1])
        inputs, labels = trainer.examples.gather(trainer.holdout)
        with torch.no_grad():
            logits = trainer.model.eval()(inputs)
        losses = functional.cross_entropy(logits, labels, reduction="none").view(2, -1).mean(1)
        torch.testing.assert_close(losses, trainer.history[3, :, -1], rtol=1e-5, atol=1e-6)

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor
from torch.nn import functional

from regscope.datasets import Dataset
from regscope.regularizers.mixup import Mixup, partners
from regscope.stacking.streams import Streams
from tests import tiny
from tests.regularizers.drawn import Drawn, uniform
from tests.regularizers.own import own, step
from tests.regularizers.plain import check
from tests.regularizers.refused import refused
from tests.training.reference import Words, stream

ALPHAS = [0.05, 0.2, 0.5, 1, 2, 32, 1000]


def drawn_by_hand(words: Words, size: int, alpha: float) -> tuple[float, list[int]]:
    """The larger share and the partners, from a t variate as Bailey 1994 makes one."""
    length, angle = uniform(words, 2)
    degrees = 2 * alpha
    square = degrees * (((1 - length) / 2) ** (-2 / degrees) - 1)
    t = math.sqrt(square) * math.cos(math.pi * angle)
    beta = (1 + t / math.sqrt(degrees + t * t)) / 2
    keys = words.draw(size, np.int64)
    return max(beta, 1 - beta), sorted(range(size), key=lambda place: int(keys[place]))


@pytest.mark.parametrize("alpha", ALPHAS)
def test_a_share_is_the_larger_part_of_a_beta_variate(alpha: float) -> None:
    """Of 20,000 seeds, by Kolmogorov and Smirnov."""
    found = Mixup(alpha=alpha).shares(Streams(range(20_000), "tested")).double().numpy()
    assert found.min() >= 0.5
    assert found.max() <= 1
    beta = stats.beta(alpha, alpha)
    # What float32 holds of it: shares next to 1 are 1.
    below = found[found < 1 - 1e-4]
    assert len(below) > 1000
    cut = 1 - 2 * beta.cdf(1e-4)
    held = stats.kstest(below, lambda x: (beta.cdf(x) - beta.cdf(1 - x)) / cut)
    assert held.pvalue > 0.001
    assert abs(len(below) / 20_000 - cut) <= 5 * math.sqrt(max(cut * (1 - cut), 0) / 20_000) + 1e-9


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("length", [-1.0, 0.0, 1 - 2**-23])
@pytest.mark.parametrize("angle", [-1.0, -0.5, 0.0, 0.5, 1 - 2**-23])
def test_the_outermost_draws_make_shares(
    alpha: float, length: float, angle: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = torch.tensor([[length, angle]])
    monkeypatch.setattr(Streams, "uniform", lambda *_: drawn)
    (share,) = Mixup(alpha=alpha).shares(Streams([0], "tested")).tolist()
    assert 0.5 <= share <= 1


def test_partners_are_each_place_in_another_order_all_alike() -> None:
    """Of 4,000 seeds: every order of three, within five standard errors of a sixth."""
    found = partners(Streams(range(4000), "tested"), 3).view(4000, 3)
    found = found - 3 * torch.arange(4000).unsqueeze(1)
    assert found.sort(1).values.equal(torch.arange(3).expand(4000, 3))
    orders, counts = np.unique(found.numpy(), axis=0, return_counts=True)
    assert len(orders) == 6
    error = math.sqrt(1 / 6 * 5 / 6 / 4000)
    assert abs(counts / 4000 - 1 / 6).max() < 5 * error


@pytest.mark.parametrize("targets", ["classes", "probabilities", "numbers"])
@pytest.mark.parametrize("shape", [(3,), (2, 3, 4)])
def test_inputs_and_targets_are_mixed_alike_in_each_place(
    targets: str, shape: tuple[int, ...]
) -> None:
    generator = torch.Generator().manual_seed(1)
    inputs = torch.rand(10, *shape, generator=generator)
    labels = torch.randint(4, (10,), generator=generator)
    given = labels
    if targets != "classes":
        given = torch.rand((10, 4) if targets == "probabilities" else 10, generator=generator)
    batch = step(inputs, labels, 4, places=2)
    batch = type(batch)(**{**vars(batch), "targets": given})
    method = Mixup(alpha=0.7)
    mixed, taught = method.batch(batch, own({"weight": torch.zeros(2, 1, 1)}))
    hot = functional.one_hot(labels, 4) if targets == "classes" else given
    for seed in (0, 1):
        share, other = drawn_by_hand(Words(seed, "tested", 0), 5, 0.7)
        block = slice(5 * seed, 5 * seed + 5)
        for found, plain in ((mixed, inputs), (taught, hot)):
            own_part = plain[block].double()
            expected = share * own_part + (1 - share) * own_part[other]
            torch.testing.assert_close(found[block].double(), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("alpha", [0.2, 1])
def test_it_is_a_plain_loop_with_the_mixture_of_both_losses(alpha: float, digits: Dataset) -> None:
    """`share * CE(a) + (1 - share) * CE(b)` has the gradient of the loss on mixed targets."""

    def change(words: Words, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        share, other = drawn_by_hand(words, len(labels), alpha)
        hot = functional.one_hot(labels, 10).double()
        mixed = share * inputs + (1 - share) * inputs[other]
        return mixed, share * hot + (1 - share) * hot[other]

    check({"mixup": alpha}, Drawn(digits, "mixup", change), digits)


def test_loss_and_accuracy_are_recorded_by_an_examples_own_label(digits: Dataset) -> None:
    """Of one step, which the network as it was before made."""
    one_step = {"epochs": 1, "batch_size": 54}
    study = tiny.study({"mixup": 1}, training=one_step)
    trainer = tiny.trainer(study, digits, [0])
    model = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    (acting,) = trainer.acting
    order = torch.randperm(54, generator=stream(0, "order", 0))
    inputs, labels = trainer.examples.gather(trainer.train[:, order])
    trainer.run()
    acting.own.draws.start_epoch(0)
    mixed, taught = acting.method.batch(step(inputs, labels, 10), acting.own)
    assert taught.argmax(1).equal(labels)
    trainer.model.load_state_dict(model)
    with torch.no_grad():
        logits = trainer.model.train()(mixed)
    loss = functional.cross_entropy(logits, labels)
    torch.testing.assert_close(trainer.history[0, 0, 0], loss)
    assert trainer.history[2, 0, 0] == pytest.approx(
        float((logits.argmax(1) == labels).float().mean())
    )


def test_sentences_and_tables_are_refused() -> None:
    assert refused(Mixup(alpha=1), "tokens", "tagging") == (
        "mixup = None: there is none for tagging: it is for classification and regression"
    )
    assert refused(Mixup(alpha=1), "table") == (
        "mixup = None: there is none for table data: it is for image and points"
    )

from __future__ import annotations

import pytest

from bench import flops
from regscope.study.params import Study
from tests import tiny

DENSE = [784 * 128, 128 * 64, 64 * 10]


def test_a_dense_layer_multiplies_every_input_with_every_weight() -> None:
    assert flops.dense_macs(784, 128) == 100_352


def test_a_convolution_applies_its_kernel_at_every_pixel() -> None:
    # 28x28 pixels without padding: a 3x3 kernel fits at 26x26 places.
    assert flops.convolution_macs((26, 26), (3, 3), 1, 256) == 1_557_504


def test_forward_counts_two_operations_a_weight() -> None:
    assert flops.forward_flops(DENSE, 1) == 218_368


def test_training_needs_no_gradient_of_the_inputs() -> None:
    # Forward and weight gradients of all layers, input gradients of the last two.
    assert flops.training_flops(DENSE, 1) == 2 * (109_184 + 109_184 + 8_192 + 640)
    assert flops.training_flops(DENSE, 60_000) / 1e9 == pytest.approx(27.264)


def test_a_job_trains_and_tests_in_every_epoch() -> None:
    expected = 5 * (flops.training_flops(DENSE, 60_000) + flops.forward_flops(DENSE, 10_000))
    assert flops.job_flops(DENSE, 60_000, 10_000, 5) == expected


def test_a_dense_study() -> None:
    study = tiny.study(model={"hidden": [128, 64]})
    assert flops.layer_macs(study, (1, 28, 28), 10) == DENSE


def test_convolutions_are_counted_at_their_own_size(monkeypatch: pytest.MonkeyPatch) -> None:
    from torch import nn

    study = _building(
        monkeypatch,
        nn.Sequential(
            nn.Conv2d(1, 4, 3),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 6, 3, groups=2),
            nn.Flatten(),
            nn.Linear(6 * 11 * 11, 10),
        ),
    )
    expected = [26 * 26 * 9 * 4, 11 * 11 * 9 * 2 * 6, 6 * 11 * 11 * 10]
    assert flops.layer_macs(study, (1, 28, 28), 10) == expected


def test_other_layers_with_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from torch import nn

    study = _building(monkeypatch, nn.Sequential(nn.Flatten(), nn.PReLU()))
    with pytest.raises(ValueError, match="PReLU are not counted"):
        flops.layer_macs(study, (1, 28, 28), 10)


def _building(monkeypatch: pytest.MonkeyPatch, network: object) -> Study:
    study = tiny.study()
    monkeypatch.setattr(type(study.model), "build", lambda *_: network)
    return study

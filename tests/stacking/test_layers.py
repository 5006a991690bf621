"""Stacked layers against torch's own, seed by seed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from regscope.base.errors import RegscopeError
from regscope.models.normalization import keep_biased_variance
from regscope.stacking.layers import LoopedLayer, StackedBatchNorm, StackedLinear


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def assert_gradients(stacked: nn.Module, layer: nn.Module, seed: int) -> None:
    """Those of the stack's place `seed` are the plain layer's own."""
    for name, parameter in layer.named_parameters():
        found = stacked.get_parameter(name).grad
        assert found is not None
        torch.testing.assert_close(found[seed], parameter.grad)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("between", [(), (4,)])
def test_linear(bias: bool, between: tuple[int, ...]) -> None:
    """Outputs and all gradients, also with further axes between batch and features."""
    layers = [nn.Linear(5, 3, bias=bias) for _ in range(2)]
    stacked = StackedLinear(layers)
    inputs = draw(2 * 6, *between, 5).requires_grad_()
    weighting = draw(2 * 6, *between, 3)
    (stacked(inputs) * weighting).sum().backward()
    for seed, layer in enumerate(layers):
        mine = inputs.detach().chunk(2)[seed].requires_grad_()
        (layer(mine) * weighting.chunk(2)[seed]).sum().backward()
        torch.testing.assert_close(stacked(inputs).chunk(2)[seed], layer(mine))
        assert inputs.grad is not None
        torch.testing.assert_close(inputs.grad.chunk(2)[seed], mine.grad)
        assert_gradients(stacked, layer, seed)


def test_linears_written_gradients_are_the_numerical_ones() -> None:
    stacked = StackedLinear([nn.Linear(3, 2).double() for _ in range(2)])
    inputs = draw(2 * 3, 3).double().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda given, *_: stacked(given), (inputs, stacked.weight, stacked.bias)
    )


def batch_norms(dimensions: int, momentum: float) -> list[nn.BatchNorm1d | nn.BatchNorm2d]:
    layers: list[nn.BatchNorm1d | nn.BatchNorm2d] = [
        nn.BatchNorm1d(4, 1e-3, momentum) if dimensions == 1 else nn.BatchNorm2d(4, 1e-3, momentum)
        for _ in range(3)
    ]
    for seed, layer in enumerate(layers):
        with torch.no_grad():
            layer.weight.uniform_(0.5, 1.5, generator=torch.Generator().manual_seed(seed))
            layer.bias.normal_(generator=torch.Generator().manual_seed(seed))
    return layers


@pytest.mark.parametrize(("dimensions", "shape"), [(1, (4,)), (1, (4, 6)), (2, (4, 3, 2))])
@pytest.mark.parametrize("momentum", [0.1, 0.7])
def test_batch_norm(dimensions: int, shape: tuple[int, ...], momentum: float) -> None:
    layers = batch_norms(dimensions, momentum)
    stacked = StackedBatchNorm(layers)
    for step, size in enumerate((7, 5, 2)):
        inputs = draw(3 * size, *shape) * (step + 1) + step
        found = inputs.clone().requires_grad_()
        outputs = stacked(found)
        outputs.square().sum().backward()
        for seed, layer in enumerate(layers):
            mine = inputs.chunk(3)[seed].clone().requires_grad_()
            expected = layer(mine)
            expected.square().sum().backward()
            torch.testing.assert_close(outputs.chunk(3)[seed], expected)
            assert found.grad is not None
            torch.testing.assert_close(found.grad.chunk(3)[seed], mine.grad, rtol=1e-4, atol=1e-4)
            for name, buffer in layer.named_buffers():
                torch.testing.assert_close(stacked.get_buffer(name)[seed], buffer)
            for name, parameter in layer.named_parameters():
                gradient = stacked.get_parameter(name).grad
                assert gradient is not None
                torch.testing.assert_close(gradient[seed], parameter.grad, rtol=1e-4, atol=1e-4)
    stacked.eval()
    inputs = draw(3 * 5, *shape)
    before = {name: buffer.clone() for name, buffer in stacked.named_buffers()}
    for seed, layer in enumerate(layers):
        expected = layer.eval()(inputs.chunk(3)[seed])
        torch.testing.assert_close(stacked(inputs).chunk(3)[seed], expected)
    for name, buffer in stacked.named_buffers():
        assert torch.equal(buffer, before[name])


@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize(("dimensions", "shape"), [(1, (4,)), (1, (4, 6)), (2, (4, 3, 2))])
def test_batch_norm_by_kerass_conventions(
    dimensions: int, shape: tuple[int, ...], seeds: int
) -> None:
    """Running statistics by hand; outputs and gradients are those of torch's layers."""
    layers = batch_norms(dimensions, 0.3)[:seeds]
    torchs = StackedBatchNorm(layers)
    for layer in layers:
        keep_biased_variance(layer)
    stacked = StackedBatchNorm(layers)
    mean, variance = np.zeros((seeds, 4)), np.ones((seeds, 4))
    for step, size in enumerate((7, 5, 2)):
        inputs = draw(seeds * size, *shape) * (step + 1) + step
        found, expected = inputs.clone().requires_grad_(), inputs.clone().requires_grad_()
        outputs = stacked(found)
        others = torchs(expected)
        for given in (outputs, others):
            given.square().sum().backward()
        assert torch.equal(outputs, others)
        assert found.grad is not None
        assert expected.grad is not None
        assert torch.equal(found.grad, expected.grad)
        values = inputs.double().numpy().reshape(seeds, size, 4, -1)
        mean += 0.3 * (values.mean((1, 3)) - mean)
        variance += 0.3 * (values.var((1, 3)) - variance)
        np.testing.assert_allclose(stacked.running_mean.numpy(), mean, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(stacked.running_var.numpy(), variance, rtol=1e-5)
    assert (torchs.running_var > 1.01 * stacked.running_var).all()
    assert stacked.num_batches_tracked.tolist() == [3] * seeds


def test_kerass_conventions_are_refused_of_another_normalization() -> None:
    network = nn.Sequential(nn.Conv3d(1, 2, 1), nn.BatchNorm3d(2))
    with pytest.raises(RegscopeError) as refused:
        keep_biased_variance(network)
    assert str(refused.value) == (
        "training.conventions = keras: not known of 1, a BatchNorm3d; choose torch"
    )


def test_looped_layers_refuse_what_is_more_than_a_layer() -> None:
    with pytest.raises(ValueError, match="Sequential is not a single layer"):
        LoopedLayer([nn.Sequential(nn.Linear(1, 1))])


def test_looped_layers_refuse_what_gives_no_single_tensor() -> None:
    stacked = LoopedLayer([nn.LSTM(2, 3)])
    with pytest.raises(ValueError, match="LSTM cannot be stacked: it gives something else than"):
        stacked(torch.ones(4, 5, 2))


def test_a_looped_convolution_equals_separate_models() -> None:
    layers = [nn.Conv2d(2, 3, 3, stride=2) for _ in range(3)]
    stacked = LoopedLayer(layers)
    inputs = draw(3 * 4, 2, 7, 7).requires_grad_()
    stacked(inputs).square().sum().backward()
    for seed, layer in enumerate(layers):
        mine = inputs.detach().chunk(3)[seed].requires_grad_()
        expected = layer(mine)
        expected.square().sum().backward()
        assert torch.equal(stacked(inputs).chunk(3)[seed], expected)
        assert inputs.grad is not None
        torch.testing.assert_close(inputs.grad.chunk(3)[seed], mine.grad)
        assert_gradients(stacked, layer, seed)

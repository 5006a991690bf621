from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from regscope.datasets import Dataset
from regscope.regularizers.spectral_norm import SpectralNorm, largest
from tests import tiny
from tests.regularizers.own import any_step, own, remembering
from tests.regularizers.plain import Plain, check


def singular(weight: Tensor) -> list[float]:
    """The largest singular value of each place, by numpy."""
    matrices = weight.flatten(2).double().numpy()
    return [float(np.linalg.svd(matrix, compute_uv=False)[0]) for matrix in matrices]


def test_the_power_method_finds_the_largest_value_of_each_place() -> None:
    """Of diagonals with 3 and 5; a matrix of zeros has none and keeps its vector."""
    matrix = torch.zeros(3, 2, 4)
    matrix[0, 0, 1], matrix[0, 1, 2], matrix[1, 1, 0] = 3.0, -1.0, 5.0
    vector = torch.ones(3, 2, 1)
    found, value = largest(matrix, vector, 30)
    assert value.tolist() == pytest.approx([3, 5, 0])
    assert found.flatten(1).abs().tolist() == [
        pytest.approx([1, 0], abs=1e-6), pytest.approx([0, 1]), [1, 1]
    ]  # fmt: skip


@pytest.mark.parametrize("shape", [(2, 7, 5), (2, 5, 9), (2, 4, 3, 3, 3)])
def test_weights_have_a_largest_value_of_1(shape: tuple[int, ...]) -> None:
    generator = torch.Generator().manual_seed(4)
    weights = {"layer.weight": torch.randn(*shape, generator=generator)}
    before = weights["layer.weight"].clone()
    method = SpectralNorm(iterations=200)
    method.weights(any_step(), remembering(method, own(weights)))
    assert singular(weights["layer.weight"]) == pytest.approx([1, 1], rel=1e-5)
    for place, value in enumerate(singular(before)):
        torch.testing.assert_close(weights["layer.weight"][place] * value, before[place])


def test_zeros_stay() -> None:
    weights = {"layer.weight": torch.zeros(1, 3, 2)}
    method = SpectralNorm()
    method.weights(any_step(), remembering(method, own(weights)))
    assert weights["layer.weight"].equal(torch.zeros(1, 3, 2))


class Kerass:
    """Keras 3, `SpectralNormalization.normalized_weights`, on kernels `[inputs, units]`."""

    def __init__(self, iterations: int) -> None:
        self.iterations = iterations
        self.vectors: dict[str, np.ndarray] = {}

    def begin(self, network: nn.Module) -> None:
        """With ones, and 15 iterations before the first update."""
        for name, weight in network.named_parameters():
            if weight.dim() == 2 and name not in self.vectors:
                self.vectors[name] = np.ones((1, len(weight)))
                self.normalized(weight.detach().numpy().T, name, 15)

    def normalized(self, kernel: np.ndarray, name: str, iterations: int) -> np.ndarray:
        u = self.vectors[name]
        for _ in range(iterations):
            v = u @ kernel.T
            v /= np.linalg.norm(v)
            u = v @ kernel
            u /= np.linalg.norm(u)
        self.vectors[name] = u
        found: np.ndarray = kernel / (v @ kernel @ u.T)
        return found

    def divide(self, network: nn.Module) -> None:
        for name in self.vectors:
            weight = network.get_parameter(name)
            kernel = self.normalized(weight.detach().numpy().T, name, self.iterations)
            weight.copy_(torch.from_numpy(np.ascontiguousarray(kernel.T)))


@pytest.mark.parametrize("iterations", [1, 3])
def test_it_is_kerass_after_every_step(iterations: int, digits: Dataset) -> None:
    kerass = Kerass(iterations)
    plain = Plain(digits, before=kerass.begin, after=kerass.divide)
    check({"spectral_norm": {"iterations": iterations}}, plain, digits)


def test_one_iteration_a_step_keeps_up_and_other_layers_are_left(digits: Dataset) -> None:
    """Within a hundredth, as weights move slowly."""
    cell = {"spectral_norm": {"layers": ["hidden1", "output"]}}
    trainer = tiny.trained(tiny.study(cell, training={"epochs": 6}), digits, [0, 1])
    state = trainer.model.state_dict()
    for name in ("hidden1.weight", "output.weight"):
        assert singular(state[name]) == pytest.approx([1, 1], rel=0.01)
    assert min(singular(state["hidden2.weight"])) > 1.1
    assert set(trainer.memory["spectral_norm"]) == {"hidden1.weight", "output.weight"}

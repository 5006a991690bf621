from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.measures.weights import (
    layer_weights,
    near_zero_fraction,
    root_mean_square,
    weight_measures,
)

GENERATOR = np.random.default_rng(0)
UNIFORM = GENERATOR.uniform(-0.3, 0.3, 200_000)
NORMAL = GENERATOR.normal(0, 2, 200_000)


def test_near_zero_fractions_that_are_known() -> None:
    """Uniform on [-1, 1]: 0.1 / sqrt(3). Normal: erf(0.1 / sqrt(2)). To four standard errors."""
    assert near_zero_fraction(UNIFORM) == pytest.approx(0.1 / math.sqrt(3), abs=0.0021)
    assert near_zero_fraction(NORMAL) == pytest.approx(math.erf(0.1 / math.sqrt(2)), abs=0.0025)
    assert 0.1 / math.sqrt(3) == pytest.approx(0.0577, abs=5e-5)
    assert math.erf(0.1 / math.sqrt(2)) == pytest.approx(0.0797, abs=5e-5)


def test_near_zero_fractions_by_hand() -> None:
    """The root mean square of 100 values with one 10 among zeros is 1, of 3, 4 it is 3.54."""
    one_hot = np.zeros(100)
    one_hot[7] = 10
    assert near_zero_fraction(one_hot) == 0.99
    assert near_zero_fraction(np.array([3.0, -4.0])) == 0
    assert near_zero_fraction(np.array([3.0, -4.0, 0.2, -0.2])) == 0.5
    assert near_zero_fraction(np.zeros(5)) == 1
    assert near_zero_fraction(np.ones(5)) == 0


@given(st.floats(1e-6, 1e6))
def test_near_zero_fractions_do_not_change_with_the_scale(scale: float) -> None:
    few = NORMAL[:500]
    assert near_zero_fraction(few * scale) == near_zero_fraction(few)


def test_measures_are_numpys() -> None:
    weights = NORMAL[:600].reshape(30, 20).astype(np.float32)
    weights[:3] = 0
    found = weight_measures(weights)
    flat = weights.astype(np.float64).ravel()
    assert found == pytest.approx(
        {
            "mean": np.mean(flat),
            "std": np.std(flat),
            "l1_norm": np.linalg.norm(flat, 1),
            "l2_norm": np.linalg.norm(flat, 2),
            "near_zero_fraction": np.mean(np.abs(flat) < 0.1 * np.sqrt(np.mean(flat**2))),
            "zero_fraction": 60 / 600,
        },
        rel=1e-12,
    )


def test_measures_by_hand() -> None:
    found = weight_measures(np.array([[1.0, -3.0], [0.0, 4.0]], dtype=np.float32))
    assert found["mean"] == 0.5
    assert found["std"] == pytest.approx(math.sqrt(26 / 4 - 0.25))
    assert found["l1_norm"] == 8
    assert found["l2_norm"] == pytest.approx(math.sqrt(26))
    assert found["zero_fraction"] == found["near_zero_fraction"] == 0.25


def test_single_precision_is_summed_in_double() -> None:
    ones = np.full(20_000_000, 1.1, dtype=np.float32)
    assert root_mean_square(ones) == pytest.approx(float(np.float32(1.1)), rel=1e-12)


def test_layers_are_matrices_and_kernels() -> None:
    state = {
        "hidden1.weight": np.zeros((2, 4, 3)),
        "hidden1.bias": np.zeros((2, 4)),
        "hidden1_norm.weight": np.zeros((2, 4)),
        "block.conv.weight": np.zeros((2, 4, 1, 3, 3)),
        "hidden1_norm.running_mean": np.zeros((2, 4)),
    }
    assert list(layer_weights(state)) == ["hidden1", "block.conv"]

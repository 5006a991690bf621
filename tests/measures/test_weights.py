from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from regscope.measures.weights import (
    WEIGHT_MEASURES,
    gini,
    hoyer,
    joined_measures,
    near_zero_fraction,
    root_mean_square,
    weight_measures,
)

GENERATOR = np.random.default_rng(0)
UNIFORM = GENERATOR.uniform(-0.3, 0.3, 200_000)
NORMAL = GENERATOR.normal(0, 2, 200_000)
SPARSITY = ("hoyer", "gini")
SHAPE = ("skewness", "kurtosis", "near_zero_fraction", "zero_fraction", *SPARSITY)
FEW_WEIGHTS = arrays(np.float32, st.integers(2, 40), elements=st.integers(-50, 50))


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


def test_measures_are_numpys_and_scipys() -> None:
    weights = NORMAL[:600].reshape(30, 20).astype(np.float32) ** 2 - 1
    weights[:3] = 0
    found = weight_measures(weights)
    flat = weights.astype(np.float64).ravel()
    del found["hoyer"], found["gini"]
    assert found == pytest.approx(
        {
            "mean": np.mean(flat),
            "std": np.std(flat),
            "skewness": scipy.stats.skew(flat),
            "kurtosis": scipy.stats.kurtosis(flat),
            "l1_norm": np.linalg.norm(flat, 1),
            "l2_norm": np.linalg.norm(flat, 2),
            "max_norm": np.linalg.norm(flat, np.inf),
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
    assert found["max_norm"] == 4
    assert found["zero_fraction"] == found["near_zero_fraction"] == 0.25
    assert found["hoyer"] == pytest.approx(2 - 8 / math.sqrt(26))
    # Ascending 0, 1, 3, 4 with the weights 3.5, 2.5, 1.5, 0.5: 1 - 2 * 9 / (8 * 4).
    assert found["gini"] == pytest.approx(0.4375)


def test_moments_of_a_coin() -> None:
    """One in a fraction p of all weights: skewness (1-2p) / sqrt(pq), kurtosis (1-6pq) / pq."""
    found = weight_measures(np.repeat([1.0, 0.0], [20, 80]))
    assert found["mean"] == pytest.approx(0.2)
    assert found["std"] == pytest.approx(0.4)
    assert found["skewness"] == pytest.approx(1.5)
    assert found["kurtosis"] == pytest.approx(0.25)


def test_equal_weights_have_no_shape_and_no_sparsity() -> None:
    for value in (0.1, -2.0, 0.0):
        found = weight_measures(np.full((3, 7), value, dtype=np.float32))
        assert math.isnan(found["skewness"])
        assert math.isnan(found["kurtosis"])
        assert found["hoyer"] == pytest.approx(0, abs=1e-12)
        assert found["gini"] == pytest.approx(0, abs=1e-12)
        assert found["zero_fraction"] == (value == 0)


def test_rounding_makes_no_sparsity_negative() -> None:
    for size in range(2, 60):
        equal = np.full(size, 0.1)
        assert 0 <= hoyer(equal) < 1e-12
        assert 0 <= gini(equal) < 1e-12


def test_one_weight_among_zeros_is_as_sparse_as_can_be() -> None:
    one_hot = np.zeros(50)
    one_hot[11] = -3
    found = weight_measures(one_hot)
    assert found["hoyer"] == pytest.approx(1, abs=1e-12)
    assert found["gini"] == pytest.approx(1 - 1 / 50, abs=1e-12)


def test_the_gini_index_is_the_mean_difference_of_all_pairs() -> None:
    magnitudes = np.sort(np.abs(NORMAL[:300]))
    differences = np.abs(magnitudes[:, None] - magnitudes).mean()
    assert gini(magnitudes) == pytest.approx(differences / (2 * magnitudes.mean()), rel=1e-12)


def test_the_sparsity_of_known_distributions() -> None:
    """|normal|: l1/l2 is sqrt(2n/pi), Gini sqrt(2) - 1. Uniform from 0: sqrt(3n)/2 and 1/3."""
    normal, uniform = np.sort(np.abs(NORMAL)), np.sort(np.abs(UNIFORM))
    root = math.sqrt(len(normal))
    assert hoyer(normal) == pytest.approx(
        (1 - math.sqrt(2 / math.pi)) * root / (root - 1), abs=3e-3
    )
    assert gini(normal) == pytest.approx(math.sqrt(2) - 1, abs=3e-3)
    assert hoyer(uniform) == pytest.approx((1 - math.sqrt(3) / 2) * root / (root - 1), abs=3e-3)
    assert gini(uniform) == pytest.approx(1 / 3, abs=3e-3)


def test_a_single_weight_has_no_sparsity() -> None:
    found = weight_measures(np.array([5.0]))
    assert found["hoyer"] == 0
    assert found["gini"] == 0


@given(FEW_WEIGHTS, st.sampled_from([2.0**-20, 0.125, 8.0, 2.0**20]))
def test_shapes_do_not_change_with_the_scale(weights: np.ndarray, scale: float) -> None:
    found, scaled = weight_measures(weights), weight_measures(weights * np.float32(scale))
    for name in SHAPE:
        assert scaled[name] == pytest.approx(found[name], rel=1e-9, abs=1e-12, nan_ok=True)
    for name in ("mean", "std", "l1_norm", "l2_norm", "max_norm"):
        assert scaled[name] == pytest.approx(found[name] * scale, rel=1e-9, abs=1e-12 * scale)


@given(FEW_WEIGHTS, st.integers(0, 1000))
def test_neither_order_nor_shape_matters(weights: np.ndarray, seed: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(weights)
    expected = pytest.approx(weight_measures(weights), rel=1e-9, abs=1e-9, nan_ok=True)
    assert weight_measures(shuffled) == expected
    assert weight_measures(weights.reshape(1, -1, 1)) == expected


@given(FEW_WEIGHTS)
def test_sparsity_lies_between_0_and_1_and_ignores_signs(weights: np.ndarray) -> None:
    found = weight_measures(weights)
    assert 0 <= found["hoyer"] <= 1
    assert 0 <= found["gini"] <= 1 - 1 / len(weights) + 1e-12
    unsigned = weight_measures(np.abs(weights))
    assert [unsigned[name] for name in SPARSITY] == [found[name] for name in SPARSITY]


@given(FEW_WEIGHTS)
def test_zeros_beside_weights_make_them_sparser(weights: np.ndarray) -> None:
    """P2 of Hurley and Rickard: adding zeros raises sparsity (not of weights that are all 0)."""
    padded = weight_measures(np.append(weights, np.zeros(5, dtype=np.float32)))
    found = weight_measures(weights)
    assert padded["gini"] >= found["gini"]
    assert (padded["gini"] > found["gini"]) == weights.any()


def test_single_precision_is_summed_in_double() -> None:
    ones = np.full(20_000_000, 1.1, dtype=np.float32)
    assert root_mean_square(ones) == pytest.approx(float(np.float32(1.1)), rel=1e-12)


def test_the_names_of_measures_are_known_where_there_are_no_weights() -> None:
    assert tuple(weight_measures(np.array([1.0, 2.0]))) == WEIGHT_MEASURES


def test_layers_are_joined_but_near_zero_in_their_own() -> None:
    first = np.array([[3.0, 0.0], [0.0, 4.0]], dtype=np.float32)
    second = np.array([[120.0, 0.25]], dtype=np.float32)
    found = joined_measures([first, second])
    expected = weight_measures(np.array([3.0, 0.0, 0.0, 4.0, 120.0, 0.25]))
    assert expected["near_zero_fraction"] == 5 / 6
    assert found == pytest.approx(expected | {"near_zero_fraction": 3 / 6})


def test_the_scales_of_layers_change_the_shape_of_the_joined_weights() -> None:
    """Two layers of one shape each: joined, they are as one where they are of one size."""
    layer = np.random.default_rng(0).normal(size=1000)
    same, far = joined_measures([layer, layer[::-1]]), joined_measures([layer, 8 * layer])
    for name in ("kurtosis", "hoyer", "gini"):
        assert same[name] == pytest.approx(weight_measures(layer)[name], abs=0.02)
        assert far[name] > same[name] + 0.1
    assert far["near_zero_fraction"] == same["near_zero_fraction"]

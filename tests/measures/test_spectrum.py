from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from regscope.measures.spectrum import full_rank, spectral_measures, spectral_norm, stable_rank

GENERATOR = np.random.default_rng(0)
SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 12))


def with_singular_values(values: list[float], rows: int, columns: int) -> np.ndarray:
    left = scipy.stats.ortho_group.rvs(rows, random_state=1)[:, : len(values)]
    right = scipy.stats.ortho_group.rvs(columns, random_state=2)[: len(values)]
    return np.asarray((left * values) @ right)


@pytest.mark.parametrize("shape", [(64, 784), (784, 64), (20, 20), (1, 9), (9, 1)])
def test_the_spectral_norm_is_numpys(shape: tuple[int, int]) -> None:
    matrix = GENERATOR.normal(size=shape).astype(np.float32)
    expected = np.linalg.norm(matrix.astype(np.float64), 2)
    assert spectral_norm(matrix) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("shape", [(6, 9), (9, 6)])
def test_measures_from_known_singular_values(shape: tuple[int, int]) -> None:
    found = spectral_measures(with_singular_values([4.0, 2.0, 2.0, 1.0], *shape))
    assert found == pytest.approx({"spectral_norm": 4.0, "stable_rank": 25 / 16}, rel=1e-12)


def test_orthogonal_matrices_have_full_stable_rank() -> None:
    orthogonal = scipy.stats.ortho_group.rvs(17, random_state=0)
    assert spectral_measures(3 * orthogonal) == pytest.approx(
        {"spectral_norm": 3, "stable_rank": 17}, rel=1e-12
    )


def test_products_of_two_vectors_have_stable_rank_one() -> None:
    column, row = GENERATOR.normal(size=30), GENERATOR.normal(size=50)
    found = spectral_measures(np.outer(column, row))
    assert found["stable_rank"] == pytest.approx(1, rel=1e-12)
    assert found["spectral_norm"] == pytest.approx(
        np.linalg.norm(column) * np.linalg.norm(row), rel=1e-12
    )


def test_all_zero_weights() -> None:
    assert spectral_measures(np.zeros((3, 5))) == {"spectral_norm": 0, "stable_rank": 0}


def test_kernels_have_a_row_for_every_output_channel() -> None:
    kernels = GENERATOR.normal(size=(8, 3, 5, 4))
    assert spectral_measures(kernels) == spectral_measures(kernels.reshape(8, 60))
    assert full_rank(kernels) == 8
    assert full_rank(np.zeros((64, 1, 3, 3))) == 9


@given(SHAPES, st.integers(0, 1000), st.floats(1e-6, 1e6))
def test_stable_ranks_lie_between_1_and_the_full_rank(
    shape: tuple[int, int], seed: int, scale: float
) -> None:
    matrix = np.random.default_rng(seed).normal(size=shape)
    found = stable_rank(matrix)
    assert 1 - 1e-9 <= found <= full_rank(matrix) + 1e-9
    assert stable_rank(matrix * scale) == pytest.approx(found, rel=1e-9)
    assert stable_rank(matrix.T) == pytest.approx(found, rel=1e-9)
    assert spectral_norm(matrix * scale) == pytest.approx(scale * spectral_norm(matrix), rel=1e-9)


@given(SHAPES, st.integers(0, 1000))
def test_the_order_of_units_and_inputs_does_not_matter(shape: tuple[int, int], seed: int) -> None:
    generator = np.random.default_rng(seed)
    matrix = generator.normal(size=shape)
    shuffled = generator.permutation(generator.permutation(matrix, axis=0), axis=1)
    assert spectral_measures(shuffled) == pytest.approx(spectral_measures(matrix), rel=1e-9)

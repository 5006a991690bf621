"""Pairs: which cells they are made of, the better part, and the interaction."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regscope.sweeps.pairs import COLUMNS, compare_pairs, interaction, pairs_of
from tests.sweeps import settings

NOISE = np.array([0.0, 0.02, -0.01, 0.01, -0.02])


def test_every_two_methods_share_a_cell_with_the_settings_of_their_own_cells() -> None:
    pairs = pairs_of(settings.study(), ["l1", "dropout", "batch_norm"], seeds=3)
    assert pairs.parts == {
        "none": (),
        "l1": ("l1",),
        "dropout": ("dropout",),
        "batch_norm": ("batch_norm",),
        "l1_and_dropout": ("l1", "dropout"),
        "l1_and_batch_norm": ("l1", "batch_norm"),
        "dropout_and_batch_norm": ("dropout", "batch_norm"),
    }
    assert pairs.study.training.seeds == 3
    together = {method.name: method for method in pairs.study.cells["l1_and_dropout"].methods()}
    alone = settings.study().cells
    assert set(together) == {"l1", "dropout"}
    assert together["l1"] == alone["l1"].methods()[0], "layers and strength"
    assert together["dropout"] == alone["dropout"].methods()[0]


def test_the_interaction_is_what_goes_beyond_the_sum() -> None:
    none, first, second = 0.80 + NOISE, 0.85 + NOISE, 0.83 + NOISE
    extra = np.array([0.01, 0.02, 0.03, 0.04, 0.05])
    found = interaction(first + second - none + extra, first, second, none)
    expected = stats.ttest_1samp(extra, 0).confidence_interval()
    assert found.mean == pytest.approx(0.03)
    assert (found.low, found.high) == pytest.approx(tuple(expected))


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 4), min_size=2, max_size=9))
def test_the_interaction_does_not_depend_on_which_comes_first_nor_on_a_common_shift(
    rows: list[tuple[float, ...]],
) -> None:
    both, first, second, none = np.array(rows).T
    found = interaction(both, first, second, none)
    assert interaction(both, second, first, none).mean == pytest.approx(found.mean, abs=1e-12)
    shifted = interaction(both + 0.25, first + 0.25, second + 0.25, none + 0.25)
    assert shifted.mean == pytest.approx(found.mean, abs=1e-12)
    assert found.low <= found.mean <= found.high


def test_a_pair_is_held_against_the_part_that_validation_prefers() -> None:
    means = {
        (): (0.70, 0.80),
        ("a",): (0.75, 0.90),
        ("b",): (0.77, 0.85),
        ("c",): (0.77, 0.70),
        ("a", "b"): (0.5, 0.95),
        ("a", "c"): (0.5, 0.72),
        ("b", "c"): (0.5, 0.85),
    }
    result = compare_pairs(_measures(means))
    assert list(result.columns) == list(COLUMNS)
    first, second, third = result.to_dict("records")
    assert (first["better_part"], second["better_part"]) == ("b", "c"), "the test set has no say"
    assert third["better_part"] == "b", "of equal ones the first"
    assert first["difference"] == pytest.approx(0.95 - 0.85)
    assert first["interaction"] == pytest.approx(0.95 - 0.90 - 0.85 + 0.80)
    assert (first["both"], first["first_alone"], first["second_alone"]) == pytest.approx(
        (0.95, 0.90, 0.85)
    )
    assert first["seeds"] == 5
    assert third["difference"] == pytest.approx(0)
    assert first["verdict"] == "better"
    assert third["verdict"] == "no difference that matters"
    (*_, third_again) = compare_pairs(_measures(means), matters=0.0001).to_dict("records")
    assert third_again["verdict"] == "undecided"
    p_values = np.array([row["p_value"] for row in (first, second, third)])
    order = np.argsort(p_values)
    stepped = np.maximum.accumulate(p_values[order] * [3, 2, 1]).clip(max=1)
    found = np.array([row["p_holm"] for row in (first, second, third)])
    assert found[order] == pytest.approx(stepped)


def _measures(means: dict[tuple[str, ...], tuple[float, float]]) -> pd.DataFrame:
    """Rows of (validation, test) accuracies around `means`, as read back from CSV."""
    jitter = np.random.default_rng(0).normal(0, 0.002, (len(means), 5))
    jitter -= jitter.mean(1, keepdims=True)
    return pd.DataFrame(
        [
            {
                "first": (*parts, None, None)[0],
                "second": (*parts, None, None)[1],
                "seed": seed,
                "validation_accuracy": validation + NOISE[seed],
                "test_accuracy": test + jitter[number, seed],
            }
            for number, (parts, (validation, test)) in enumerate(means.items())
            for seed in range(5)
        ]
    )

"""The table of cells at their best: known answers."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from regscope.rates.gather import tuned_table

BASE = (0.90, 0.91, 0.92, 0.93, 0.94)


def tables(rates: dict[str, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    search = pd.DataFrame(
        {
            "reg": reg, "learning_rate": rate, "epochs": epochs, "seed": seed,
            "validation_accuracy": math.nan if rate == 1 and reg == "l2" else 0.9,
            "validation_loss": 0.3,
        }
        for reg in rates
        for rate in (0.01, 0.1, 1.0)
        for epochs in (5, 10)
        for seed in range(2)
    )  # fmt: skip
    seeds = pd.DataFrame(
        {
            "reg": reg, "learning_rate": rate, "epochs": 10, "seed": seed,
            "test_accuracy": accuracy + (0.0 if reg == "none" else 0.02 + 0.001 * (seed % 2)),
            "test_loss": 0.3,
        }
        for reg, rate in rates.items()
        for seed, accuracy in enumerate(BASE)
    )  # fmt: skip
    return search, seeds


def test_cells_are_held_against_none_at_its_best_and_ends_are_named() -> None:
    search, seeds = tables({"none": 1.0, "l1": 0.01, "l2": 0.1})
    found: Any = tuned_table(search, seeds).set_index("reg")
    assert found["rate_end"].fillna("").to_dict() == {"none": "largest", "l1": "smallest", "l2": ""}
    assert found["most_epochs"].all()
    assert math.isnan(found.loc["none", "difference"])
    assert found.loc["l1", "difference"] == pytest.approx(0.0204)
    assert found.loc["l1", "verdict"] == "better"
    # Of two equal p-values Holm doubles both.
    assert found.loc["l2", "p_holm"] == 2 * found.loc["l2", "p_value"]

"""What `regscope.measure` gives."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Row = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """What was measured of a classifier, and why the rest was not.

    `measures`: over all examples `examples`, `accuracy`, `loss` (nats), `top5_accuracy` (of more
    than ten classes), `expected_calibration_error`, `brier_score`, `balanced_accuracy`,
    `roc_auc`, `average_precision` and `class_f1_sd`; of all weights `weight_*`, `zero_fraction`,
    `near_zero_fraction` and `stable_rank_fraction`; then
    `pruning_area`, `prunable_fraction`, `unit_correlation`, `effective_rank_fraction`,
    `dead_unit_fraction` and `mean_activation`. They are those of metrics/studies/*/seeds.csv and
    defined where they are computed, in regscope/measures; fractions lie between 0 and 1.

    `layers` has a row a matrix or kernel, `pruning` one a fraction removed, `units` one an
    activation module, `reliability` one a bin of confidence that is not empty. `confusion`
    `[C, C]` counts, actual classes in rows. `unmeasured` says of what is missing why it is.
    """

    measures: dict[str, float]
    layers: pd.DataFrame
    pruning: pd.DataFrame
    units: pd.DataFrame
    reliability: pd.DataFrame
    confusion: np.ndarray
    unmeasured: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON has it: tables as lists of rows, None for what is not a number."""
        tables = {
            name: [_json(row) for row in getattr(self, name).to_dict("records")]
            for name in ("layers", "pruning", "units", "reliability")
        }
        return {
            "measures": _json(self.measures),
            **tables,
            "confusion": self.confusion.tolist(),
            "unmeasured": dict(self.unmeasured),
        }


def _json(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _finite(value) for name, value in row.items()}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value

"""What a claim may be measured by: the columns of a study's tables, as a closed set by kind.

A plain name is a column of `seeds.csv`. A prefix names another table or another question:

- `layers.<column>`: one layer's weights (`layer: hidden1`).
- `units.<column>`: one layer's hidden units (`layer: hidden1`).
- `spread.<name>`: the standard deviation over seeds of a column of `seeds.csv`.
- `paths.<column>`: a strength path of the study (`at: best` on validation, or `strongest`).
- `confused.excess`: errors between two classes over the mean pair (`pair: [3, 5]`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Table = Literal["seeds", "layers", "units", "spread", "paths", "confused"]

PREDICTIONS = (
    "test_accuracy", "test_loss", "train_accuracy", "train_loss", "generalization_gap", "loss_gap",
    "top5_accuracy", "expected_calibration_error", "brier_score", "class_f1_sd",
    "balanced_accuracy", "roc_auc",
    "padded_accuracy", "unknown_accuracy", "most_frequent_tag_accuracy",
)  # fmt: skip
ROBUSTNESS = ("corruption_accuracy", "corruption_drop", "input_gradient_norm")
UNITS = (
    "unit_correlation", "effective_rank_fraction", "dead_unit_fraction", "mean_activation",
)  # fmt: skip
TRAINING = ("epochs_to_training_loss", "training_loss_area", "test_loss_rise")
WEIGHTS = (
    "weight_mean", "weight_std", "weight_skewness", "weight_kurtosis", "weight_l1_norm",
    "weight_l2_norm", "weight_max_norm", "near_zero_fraction", "zero_fraction", "weight_hoyer",
    "weight_gini", "stable_rank_fraction", "filter_total_variation", "pruning_area",
    "prunable_fraction",
)  # fmt: skip

COLUMNS: dict[Table, tuple[str, ...]] = {
    "seeds": (*PREDICTIONS, *ROBUSTNESS, *UNITS, *TRAINING, *WEIGHTS),
    "layers": (
        "mean", "std", "skewness", "kurtosis", "l1_norm", "l2_norm", "max_norm",
        "near_zero_fraction", "zero_fraction", "hoyer", "gini", "spectral_norm", "stable_rank",
        "total_variation",
    ),
    "units": ("correlation", "effective_rank", "dead_fraction", "mean_activation"),
    "spread": (*PREDICTIONS, *ROBUSTNESS, *UNITS, *TRAINING, *WEIGHTS),
    "paths": (
        "validation_accuracy", "validation_loss", "test_accuracy", "test_loss", "train_accuracy",
        "generalization_gap", "zero_fraction", "near_zero_fraction", "weight_l2_norm",
        "expected_calibration_error",
    ),
    "confused": ("excess",),
}  # fmt: skip

FRACTIONS = frozenset(
    {
        "test_accuracy", "train_accuracy", "validation_accuracy", "generalization_gap",
        "balanced_accuracy", "roc_auc",
        "top5_accuracy", "padded_accuracy", "unknown_accuracy", "most_frequent_tag_accuracy",
        "corruption_accuracy", "corruption_drop", "near_zero_fraction", "zero_fraction",
        "prunable_fraction", "dead_unit_fraction", "dead_fraction",
    }
)  # fmt: skip
"""Columns that people read in percent, and whose differences they read in percentage points."""


class Measure(NamedTuple):
    table: Table
    column: str

    @property
    def is_fraction(self) -> bool:
        return self.table != "spread" and self.column in FRACTIONS


def parse(name: str) -> Measure | None:
    """The table and column that `name` stands for; None for a name outside the closed set."""
    prefix, _, column = name.rpartition(".")
    for table, columns in COLUMNS.items():
        if column in columns and prefix == ("" if table == "seeds" else table):
            return Measure(table, column)
    return None


def choices(name: str) -> tuple[str, ...]:
    """What may stand where `name` does: the columns of its table, with their prefix."""
    prefix = name.rpartition(".")[0]
    for table, columns in COLUMNS.items():
        if prefix == table != "seeds":
            return tuple(f"{table}.{column}" for column in columns)
    return (*COLUMNS["seeds"], *(f"{table}.*" for table in COLUMNS if table != "seeds"))

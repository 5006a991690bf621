"""A synthetic study's results, with values that tests can say by heart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FRACTIONS = (0.0, 0.5, 0.9, 0.99, 1.0)
CORRUPTIONS = {"image": ("shift", "pixel_dropout", "blur", "contrast"), "points": ("jitter",)}
VERDICTS = {"l1": "better", "mine": "undecided"}
COMPARED = (
    "test_accuracy",
    "expected_calibration_error",
    "corruption_accuracy",
    "unit_correlation",
)

NEUTRAL = {("unit_correlation", "better"): "lower"}

COMPARISON = {"reg": "", "measure": "", "seeds": 2} | dict.fromkeys(
    ("difference", "low", "high", "p_value", "p_holm"), 0.01
)
CONFUSED = {"reg": "", "first": "", "second": "", "errors": 1} | dict.fromkeys(
    ("share", "excess", "low", "high", "p_value"), 0.1
)

Rows = list[dict[str, Any]]


def of(cells: Sequence[str], seeds: int, layers: Sequence[str], kind: str) -> dict[str, Rows]:
    """Every table of `StudyResults`; the cells differ by their number in `cells`."""
    return {
        "seeds": _seeds(cells, seeds, kind),
        "layers": _layers(cells, seeds, layers, kind),
        "units": _units(cells, seeds, layers[:-1]),
        "comparisons": [
            COMPARISON
            | {"reg": reg, "measure": measure, "verdict": NEUTRAL.get((measure, verdict), verdict)}
            for measure in COMPARED
            for reg, verdict in VERDICTS.items()
        ],
        "classes": [
            {"reg": reg, "class": name, "support": 10.0, "precision": 0.9, "recall": 0.9, "f1": 0.9}
            for reg in cells
            for name in "ab"
        ],
        "confused": [CONFUSED | {"reg": reg, "first": "a", "second": "b"} for reg in cells],
        "pruning": [
            {"reg": reg, "scope": scope, "fraction": fraction, "loss": 1.0}
            | _band(0.9 + 0.01 * number - 0.4 * fraction)
            for number, reg in enumerate(cells)
            for scope in ("all", *layers)
            for fraction in FRACTIONS
        ],
        "robustness": [
            {"reg": reg, "corruption": corruption, "severity": severity}
            | _band(0.9 + 0.01 * number - 0.1 * severity)
            for number, reg in enumerate(cells)
            for corruption in CORRUPTIONS[kind]
            for severity in range(6)
        ],
        "reliability": [
            {"reg": reg, "bin": 3, "count": 1, "confidence": 0.25, "accuracy": 1.0}
            if position == 0
            else {"reg": reg, "bin": 14, "count": 1999, "confidence": 0.98, "accuracy": 0.9}
            for reg in cells
            for position in range(2)
        ],
    }


def _band(accuracy: float) -> dict[str, float]:
    return {"accuracy": accuracy, "low": accuracy - 0.02, "high": accuracy + 0.02}


def _seeds(cells: Sequence[str], seeds: int, kind: str) -> Rows:
    variation = {"filter_total_variation": 1.5} if kind == "image" else {}
    return [
        {
            "reg": reg,
            "seed": seed,
            "test_accuracy": 0.9 + 0.01 * number + 0.001 * seed,
            "test_loss": 0.5,
            "generalization_gap": 0.05,
            "near_zero_fraction": 0.1 * number,
            "zero_fraction": 0.05 * number,
            "prunable_fraction": 0.5 + 0.2 * number + 0.001 * seed,
            "corruption_accuracy": 0.6 + 0.01 * number,
            "expected_calibration_error": 0.08,
            **variation,
        }
        for number, reg in enumerate(cells)
        for seed in range(seeds)
    ]


def _layers(cells: Sequence[str], seeds: int, layers: Sequence[str], kind: str) -> Rows:
    return [
        {
            "reg": reg,
            "seed": seed,
            "layer": layer,
            "kurtosis": 100.0 * number + seed,
            "hoyer": 0.2,
            "gini": 0.3,
            "zero_fraction": 0.0,
            "near_zero_fraction": 0.1 * number,
            "stable_rank": 3.0 + place + number,
            "spectral_norm": 1.0,
            "total_variation": 1.5 if place == 0 and kind == "image" else "",
        }
        for number, reg in enumerate(cells)
        for seed in range(seeds)
        for place, layer in enumerate(layers)
    ]


def _units(cells: Sequence[str], seeds: int, layers: Sequence[str]) -> Rows:
    return [
        {
            "reg": reg,
            "seed": seed,
            "layer": layer,
            "units": 3 - place,
            "correlation": 0.1 * (number + 1),
            "effective_rank": 2.0 + number + seed,
            "dead_fraction": 0.25,
            "mean_activation": 1.0,
        }
        for number, reg in enumerate(cells)
        for seed in range(seeds)
        for place, layer in enumerate(layers)
    ]

"""The evaluated cells of a small study, written where results are gathered from."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

from regscope.base import paths
from regscope.base.files import write_csv
from regscope.base.tensors import write_tensors
from regscope.datasets import Dataset
from regscope.study.params import Study

NAME = "small"
CELLS = ("none", "l1", "dropout")
LAYERS = ("hidden1", "output")
CLASSES = ("cat", "dog", "owl")

MEASURES = (
    "test_accuracy", "test_loss", "balanced_accuracy", "roc_auc", "average_precision",
    "train_accuracy", "train_loss",
    "generalization_gap",
    "loss_gap", "expected_calibration_error", "brier_score", "corruption_accuracy",
    "prunable_fraction", "unit_correlation", "epochs_to_training_loss", "weight_mean",
    "weight_std", "weight_kurtosis", "weight_l1_norm", "weight_l2_norm", "weight_hoyer",
    "near_zero_fraction", "zero_fraction",
)  # fmt: skip
NEVER = "epochs_to_training_loss"
"""The measure that no seed has."""

FRACTIONS = (0.0, 0.5, 1.0)
CORRUPTIONS = ("shift", "blur")
SEVERITIES = (0, 1)


def study(seeds: int) -> Study:
    return Study.model_validate(
        {
            "title": "Small",
            "data": {"source": "moons", "samples": 100, "noise": 0.1},
            "split": {"train": 50, "validation": 10},
            "model": {"kind": "mlp", "hidden": [4]},
            "training": {
                "optimizer": "sgd",
                "learning_rate": 0.1,
                "batch_size": 10,
                "epochs": 1,
                "seeds": seeds,
            },
            "evaluation": {"training_loss": 0.5},
            "regularizers": {
                "none": {},
                "l1": {"l1": 0.1},
                "dropout": {"dropout": 0.1},
            },
        }
    )


def accuracy(seed: int, position: int) -> float:
    """Of the tables with accuracies: the seeds differ by 0.01, the rows of a seed by 0.1."""
    return 0.9 - 0.1 * position - 0.01 * seed


def write(seeds: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Evaluations of `seeds` seeds; measures `[S, M]` and confusions `[S, C, C]` by cell."""
    generator = np.random.default_rng(seeds)
    measured, confusions = {}, {}
    paths.prepared(NAME).mkdir(parents=True)
    targets = np.arange(100) % len(CLASSES)
    Dataset("points", np.zeros((100, 2), np.float32), targets, CLASSES).save(paths.prepared(NAME))
    for shift, reg in enumerate(CELLS):
        values = generator.normal(0.5 + 0.1 * shift, 0.02, (seeds, len(MEASURES))).round(6)
        values[:, MEASURES.index(NEVER)] = np.nan
        rows = [
            {"seed": seed, **dict(zip(MEASURES, map(float, row), strict=True))}
            for seed, row in enumerate(values)
        ]
        folder = paths.evaluation(NAME, reg)
        write_csv(folder / "measures.csv", rows)
        _write_tables(folder, range(seeds))
        counts = generator.integers(0, 20, (seeds, 3, 3), dtype=np.int32)
        # A class that is never predicted by this seed's network.
        counts[0, :, 2] = 0
        write_tensors(folder / "arrays.safetensors", {"confusion": counts})
        model = paths.model(NAME, reg)
        model.mkdir(parents=True)
        environment = {"device": "cpu", "torch": "2.0" if reg == "l1" else "2.1"}
        (model / "environment.json").write_text(json.dumps(environment))
        measured[reg], confusions[reg] = values, counts
    return measured, confusions


def _write_tables(folder: Path, seeds: range) -> None:
    layers = [
        {
            "seed": seed,
            "layer": layer,
            "std": seed + 10.0 * position,
            "total_variation": float(seed) if position == 0 else math.nan,
        }
        for seed in seeds
        for position, layer in enumerate(LAYERS)
    ]
    units = [
        {"seed": seed, "layer": LAYERS[0], "units": 4, "dead_fraction": 0.25 * (seed % 5)}
        for seed in seeds
    ]
    pruning = [
        {
            "seed": seed,
            "scope": scope,
            "fraction": fraction,
            "accuracy": accuracy(seed, position),
            "loss": float(seed),
        }
        for seed in seeds
        for scope in ("all", *LAYERS)
        for position, fraction in enumerate(FRACTIONS)
    ]
    robustness = [
        {
            "seed": seed,
            "corruption": corruption,
            "severity": severity,
            "accuracy": accuracy(seed, severity),
        }
        for seed in seeds
        for corruption in CORRUPTIONS
        for severity in SEVERITIES
    ]
    # Bin 7 is there for the first seed only, and stands behind bin 14 of that seed.
    reliability = [
        {"seed": seed, "bin": place, "count": count, "confidence": sure, "accuracy": right}
        for seed in seeds
        for place, count, sure, right in (
            (14, 30 if seed else 10, 0.98 if seed else 0.94, 1.0 if seed else 0.8),
            *([(7, 5, 0.5, 0.4)] if seed == 0 else []),
        )
    ]
    for name, rows in (
        ("layers", layers),
        ("units", units),
        ("pruning", pruning),
        ("robustness", robustness),
        ("reliability", reliability),
    ):
        write_csv(folder / f"{name}.csv", rows)

"""The evaluated cells of a small study, written where results are gathered from."""

from __future__ import annotations

import json

import numpy as np

from regscope import paths
from regscope.files import write_csv, write_tensors
from regscope.params import Study

NAME = "small"
CELLS = ("none", "l1", "dropout")
LAYERS = ("hidden1", "output")
CLASSES = ("cat", "dog", "owl")

MEASURES = (
    "test_accuracy", "test_loss", "train_accuracy", "train_loss", "generalization_gap",
    "loss_gap", "weight_mean", "weight_std", "weight_l1_norm", "weight_l2_norm",
    "near_zero_fraction", "zero_fraction",
)  # fmt: skip


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
            "regularizers": {
                "none": {},
                "l1": {"l1": 0.1},
                "absent": None,
                "dropout": {"dropout": 0.1},
            },
        }
    )


def write(seeds: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Evaluations of `seeds` seeds; measures `[S, M]` and confusions `[S, C, C]` by cell."""
    generator = np.random.default_rng(seeds)
    measured, confusions = {}, {}
    paths.prepared(NAME).mkdir(parents=True)
    described = json.dumps({"classes": CLASSES})
    (paths.prepared(NAME) / "dataset.json").write_text(described)
    for shift, reg in enumerate(CELLS):
        values = generator.normal(0.5 + 0.1 * shift, 0.02, (seeds, len(MEASURES))).round(6)
        rows = [
            {"seed": seed, **dict(zip(MEASURES, map(float, row), strict=True))}
            for seed, row in enumerate(values)
        ]
        folder = paths.evaluation(NAME, reg)
        write_csv(folder / "measures.csv", rows)
        write_csv(
            folder / "layers.csv",
            [
                {"seed": seed, "layer": layer, "std": seed + 10.0 * position}
                for seed in range(seeds)
                for position, layer in enumerate(LAYERS)
            ],
        )
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

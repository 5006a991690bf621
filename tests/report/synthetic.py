"""Studies with results that nobody trained, written where the report looks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from regscope import paths, results
from regscope.files import write_json
from regscope.results import StudyResults

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)

ACCURACIES: dict[str, Sequence[float]] = {
    "none": (0.90, 0.91, 0.92, 0.93, 0.94),
    "l1": (0.91, 0.92, 0.93, 0.94, 0.96),
}


def found(accuracies: Mapping[str, Sequence[float]] = ACCURACIES) -> StudyResults:
    """Results with these test accuracies by cell and seed, and plain numbers for the rest."""
    seeds = pd.DataFrame(
        {
            "reg": reg,
            "seed": seed,
            "test_accuracy": accuracy,
            "test_loss": 0.25 + seed / 100,
            "train_accuracy": 0.99,
            "train_loss": 0.05,
            "generalization_gap": 0.99 - accuracy,
            "weight_std": 0.1,
            "near_zero_fraction": 0.2,
        }
        for reg, measured in accuracies.items()
        for seed, accuracy in enumerate(measured)
    )
    layers = pd.DataFrame(
        {
            "reg": reg, "layer": layer, "std": 0.123456, "l1_norm": 1234.5 * (1 + index),
            "l2_norm": 12.345, "near_zero_fraction": 0.0625,
        }
        for index, reg in enumerate(accuracies)
        for layer in ("hidden1", "output")
    )  # fmt: skip
    classes = pd.DataFrame(
        {"reg": reg, "class": name, "precision": 0.9, "recall": 0.8, "f1": 0.8471}
        for reg in accuracies
        for name in ("0", "1")
    )
    return StudyResults(seeds, layers, classes, results.compare_cells(seeds))


def study(cells: Mapping[str, Any], title: str = "Tiny") -> dict[str, Any]:
    """A block of params.yaml, of the data set `digits` with 1000 test examples."""
    return {
        "title": title,
        "data": {"source": "digits"},
        "split": {"train": 797, "validation": 10},
        "model": {"kind": "mlp", "hidden": [8]},
        "training": {
            "optimizer": "adam",
            "learning_rate": 0.00001,
            "batch_size": 16,
            "epochs": 2,
            "seeds": 5,
        },
        "regularizers": dict(cells),
    }


CELLS: dict[str, Any] = {"none": {}, "l1": {"l1": 0.00001}, "l2": None}


def write(studies: Mapping[str, Any], with_results: Mapping[str, StudyResults]) -> None:
    """params.yaml and the results of some of its studies, into the working directory."""
    params = {
        "study": next(iter(studies)),
        "reg": "l1",
        "regs": list(CELLS),
        "studies": dict(studies),
    }
    paths.PARAMS.write_text(yaml.safe_dump(params, sort_keys=False))
    for name, measured in with_results.items():
        results.write(measured, paths.summary(name))
        write_json(paths.summary(name) / "environment.json", {"device": "cpu", "torch": "2.13.0"})
        write_json(paths.summary(name) / results.SETTINGS_FILE, studies[name])


def draw(study: str, *names: str) -> list[Path]:
    """Pictures of one pixel."""
    files = [paths.plots(study) / f"{name}.png" for name in names]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(PIXEL)
    return files

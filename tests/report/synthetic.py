"""Studies with results that nobody trained, written where the report looks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from regscope import results
from regscope.base import paths
from regscope.base.files import write_json
from regscope.report.at_best import AtBest
from regscope.report.sections import Section
from regscope.results import StudyResults
from regscope.results.guessed import guess_of_supports
from regscope.results.study import as_written
from regscope.study.params import Study

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)

ACCURACIES: dict[str, Sequence[float]] = {
    "none": (0.90, 0.91, 0.92, 0.93, 0.94),
    "l1": (0.91, 0.92, 0.93, 0.94, 0.96),
}

PUBLISHED = {"none": 0.9293, "l1": 0.9297}

# What every cell has in every seed.
MEASURES = {
    "train_accuracy": 0.99,
    "train_loss": 0.05,
    "loss_gap": 0.2,
    "expected_calibration_error": 0.0321,
    "brier_score": 0.1234,
    "corruption_accuracy": 0.7,
    "corruption_drop": 0.2,
    "input_gradient_norm": 0.456,
    "pruning_area": 0.8765,
    "prunable_fraction": 0.75,
    "unit_correlation": 0.123,
    "effective_rank_fraction": 0.5,
    "dead_unit_fraction": 0.01,
    "mean_activation": 0.25,
    "training_loss_area": 0.3,
    "weight_mean": 0.0,
    "weight_std": 0.1,
    "weight_skewness": 0.0,
    "weight_kurtosis": -1.2,
    "weight_l1_norm": 1000.0,
    "weight_l2_norm": 20.0,
    "weight_max_norm": 0.9,
    "near_zero_fraction": 0.2,
    "zero_fraction": 0.0,
    "weight_hoyer": 0.3,
    "weight_gini": 0.4,
    "stable_rank_fraction": 0.15,
    "filter_total_variation": 1.5,
}

LAYER = {
    "mean": 0.0, "std": 0.123456, "skewness": 0.0, "kurtosis": -0.987, "l1_norm": 1234.5,
    "l2_norm": 12.345, "max_norm": 0.8, "near_zero_fraction": 0.0625, "zero_fraction": 0.0,
    "hoyer": 0.2, "gini": 0.3, "spectral_norm": 3.21, "stable_rank": 14.8,
}  # fmt: skip


def found(accuracies: Mapping[str, Sequence[float]] = ACCURACIES) -> StudyResults:
    """Results with these test accuracies by cell and seed, and plain numbers for the rest.

    In every second seed training does not get down to the stated loss.
    """
    rows = [(reg, *entry) for reg, own in accuracies.items() for entry in enumerate(own)]
    seeds = pd.DataFrame(
        {
            "reg": reg, "seed": seed, "test_accuracy": accuracy, "test_loss": 0.25 + seed / 100,
            "generalization_gap": 0.99 - accuracy,
            "epochs_to_training_loss": 4 if seed % 2 else None, **MEASURES,
        }
        for reg, seed, accuracy in rows
    )  # fmt: skip
    layers = pd.DataFrame(
        {
            "reg": reg, "seed": seed, "layer": layer, **LAYER,
            "l1_norm": 1234.5 * (1 + (reg != "none")),
            "total_variation": 1.5 if layer == "hidden1" else None,
        }
        for reg, seed, _ in rows
        for layer in ("hidden1", "output")
    )  # fmt: skip
    units = pd.DataFrame(
        {
            "reg": reg, "seed": seed, "layer": "hidden1", "units": 8, "correlation": 0.123,
            "effective_rank": 4.0, "dead_fraction": 0.01, "mean_activation": 0.25,
        }
        for reg, seed, _ in rows
    )  # fmt: skip
    others = _of_cells(list(accuracies))
    guess = as_written(guess_of_supports(others["classes"], seeds))
    return StudyResults(
        seeds=seeds,
        layers=layers,
        units=units,
        comparisons=results.compare_cells(seeds, guess=guess),
        classes=others["classes"],
        pruning=others["pruning"],
        robustness=others["robustness"],
        reliability=others["reliability"],
        confused=others["confused"],
        guess=guess,
    )


def _of_cells(regs: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The tables with one entry a cell: classes, pruning, robustness, reliability, pairs."""
    tables: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("classes", "pruning", "robustness", "reliability", "confused")
    }
    for reg in regs:
        own: dict[str, list[dict[str, Any]]] = {
            "classes": [
                {"class": name, "precision": 0.9, "recall": 0.8, "f1": 0.8471, "support": 143.5}
                for name in "01"
            ],
            "pruning": [
                {
                    "scope": scope, "fraction": fraction, "accuracy": 0.9 - fraction / 2,
                    "low": 0.8 - fraction / 2, "high": 0.95, "loss": 0.3,
                }
                for scope in ("all", "hidden1")
                for fraction in (0, 0.5, 1)
            ],
            "robustness": [
                {
                    "corruption": corruption, "severity": severity,
                    "accuracy": 0.9 - severity / 10, "low": 0.1, "high": 0.95,
                }
                for corruption in ("blur", "pixel_dropout")
                for severity in range(6)
            ],
            "reliability": [
                {"bin": index, "count": 100, "confidence": 0.9, "accuracy": 0.85}
                for index in (8, 9)
            ],
            "confused": [
                {
                    "first": "0", "second": str(second), "errors": 14.0 - second,
                    "share": (14.0 - second) / 100, "excess": 7.0 - second, "low": 6.0 - second,
                    "high": 8.0 - second, "p_value": 0.0004,
                }
                for second in range(1, 8)
            ],
        }  # fmt: skip
        for name, entries in own.items():
            tables[name] += [{"reg": reg, **entry} for entry in entries]
    return {name: pd.DataFrame(entries) for name, entries in tables.items()}


def study(cells: Mapping[str, Any], title: str = "Tiny", seeds: int = 5) -> dict[str, Any]:
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
            "seeds": seeds,
        },
        "evaluation": {"training_loss": 0.5},
        "regularizers": dict(cells),
    }


CELLS: dict[str, Any] = {"none": {}, "l1": {"l1": 0.00001}}


FLAW = "a.png (goose) and b.png (stork) are the same file."


def write(studies: Mapping[str, Any], with_results: Mapping[str, StudyResults]) -> None:
    """params.yaml, the results of some of its studies, and claims.yaml with what two documents
    print, into the working directory."""
    params = {"study": next(iter(studies)), "reg": "l1", "studies": dict(studies)}
    paths.PARAMS.write_text(yaml.safe_dump(params, sort_keys=False))
    groups = [
        {
            "document": f"{name}.txt",
            "study": name,
            "published": [
                {
                    "measure": "test_accuracy",
                    "section": "Table 1",
                    "runs": PUBLISHED,
                    "unstated": "initialization",
                }
            ],
        }
        for name in ("mnist", "mnist_dense")
        if name in studies
    ]
    titles = {group["document"]: f"A paper on {group['study']}" for group in groups}
    written = {"rule": {}, "documents": titles, "groups": groups}
    paths.CLAIMS_FILE.write_text(yaml.safe_dump(written, sort_keys=False))
    for name, measured in with_results.items():
        results.write(measured, paths.summary(name))
        write_json(paths.summary(name) / "environment.json", {"device": "cpu", "torch": "2.13.0"})
        write_json(paths.summary(name) / paths.SETTINGS_FILE, studies[name])
        write_json(paths.summary(name) / "dataset.json", {"kind": "points", "notes": [FLAW]})


COMPARED = {
    "difference": 0.012, "low": 0.0064, "high": 0.0176, "p_value": 0.004, "p_holm": 0.004,
    "p_sign_flip": None, "probability_better": 1.0, "probability_low": 0.57,
    "probability_high": 1.0, "detectable_difference": 0.008, "seeds_needed": 4, "seeds": 5,
    "verdict": "better",
}  # fmt: skip


def write_sweep(name: str) -> None:
    """Strength paths of L1 and one pair, where the report looks for them."""
    folder = paths.sweep_summary(name)
    folder.mkdir(parents=True)
    pd.DataFrame(
        {
            "family": "l1", "strength": strength, "seed": seed, "validation_accuracy": 0.9,
            "validation_loss": 0.3, "test_accuracy": 0.91 + seed / 100, "test_loss": 0.3,
            "train_accuracy": 0.99, "generalization_gap": 0.05, "zero_fraction": strength,
            "near_zero_fraction": 0.3, "weight_l2_norm": 12.0, "expected_calibration_error": 0.02,
        }
        for strength in (0.0, 0.00001, 0.001)
        for seed in range(3)
    ).to_csv(folder / "paths.csv", index=False)  # fmt: skip
    pd.DataFrame(
        [
            {
                "family": "l1", "strength": 0.00001, "low_strength": 0.0, "high_strength": 0.001,
                "validation_accuracy": 0.91, "validation_low": 0.9, "validation_high": 0.92,
                "test_accuracy": 0.932, **COMPARED,
            }
        ]
    ).to_csv(folder / "tuned.csv", index=False)  # fmt: skip
    pd.DataFrame(
        [
            {
                "first": "l1", "second": "l2", "seeds": 5, "both": 0.93, "first_alone": 0.932,
                "second_alone": 0.92, "better_part": "l1",
                "difference": -0.002, "low": -0.01, "high": 0.006,
                "p_value": 0.4, "p_holm": 0.4, "verdict": "undecided", "interaction": -0.002,
                "interaction_low": -0.012, "interaction_high": 0.008,
            }
        ]
    ).to_csv(folder / "pairs.csv", index=False)  # fmt: skip
    write_json(folder / "settings.json", {"seeds": 3})


def claim(name: str, study: str, verdict: str) -> dict[str, Any]:
    """One entry of metrics/claims.json."""
    return {
        "id": name, "document": "paper.txt", "title": "A paper", "section": "3",
        "statement": "L1 helps",
        "study": study, "cell": ["l1"], "against": ["none"], "measure": "test_accuracy",
        "of": None, "measured_by": "test accuracy", "comparison": "higher", "threshold": None,
        "reported": {"none": 0.9, "l1": 0.91}, "decided_by": {"cell": "l1", "against": "none"},
        "reported_effect": 0.01, "effect": 0.012, "low": 0.0064, "high": 0.0176, "p": 0.004,
        "p_holm": 0.004, "q": 0.004, "family": "8 cells", "seeds": 5, "shift": None,
        "other_readings": [], "assumed": ["l1"], "verdict": verdict, "says": verdict, "firm": True,
        "note": "",
    }  # fmt: skip


def section(found: StudyResults) -> Section:
    """Results that stand in no file, of a study of pictures with these cells."""
    written = study({reg: {} if reg == "none" else {reg: 0.1} for reg in found.cells})
    return Section(
        "tiny", Study.model_validate(written), written, tuple(found.cells), found, {"device": "cpu"}
    )


def at_best(section: Section, **cells: Mapping[str, Any]) -> Section:
    """The study with its baseline and these cells at their best learning rates."""
    common = {
        "learning_rate": 0.01, "epochs": 4, "rate_end": None, "most_epochs": False,
        "test_accuracy": 0.95, "difference": 0.01, "low": 0.005, "high": 0.015, "p_holm": 0.01,
    }  # fmt: skip
    rows: dict[str, Any] = {"none": {}} | cells
    tuned: dict[str, Any] = {reg: {"reg": reg, **common, **row} for reg, row in rows.items()}
    return replace(section, at_best=AtBest(tuned, {"epochs": [2, 4, 8]}, 0.00001, 2))


def write_claims(*claims: dict[str, Any]) -> None:
    write_json(paths.CLAIMS, {"claims": list(claims), "untestable": []})


def draw(study: str, *names: str) -> list[Path]:
    """Pictures of one pixel."""
    files = [paths.plots(study) / f"{name}.png" for name in names]
    for file in files:
        touch(file)
        file.write_bytes(PIXEL)
    return files


def touch(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()

"""The catalog of measures."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from inspect import signature
from math import inf
from pathlib import Path

import pytest
import torch

from regscope.evaluation.seen import Predictions, Seen, function_of, measured
from regscope.measures import catalog
from regscope.measures.catalog import Measure, named
from regscope.measures.units import UNIT_MEASURES
from regscope.measures.weights import WEIGHT_MEASURES
from regscope.study.evaluation import PRIMARIES
from regscope.tasks import task_in

ROOT = Path(__file__).parents[2]
STUDIES = sorted((ROOT / "metrics/studies").iterdir())
FUNCTIONS = [measure for measure in catalog.SEEDS if measure.function]


def header(file: Path) -> list[str]:
    with file.open(newline="") as opened:
        return next(csv.reader(opened))


def names(measures: tuple[Measure, ...]) -> list[str]:
    return [measure.name for measure in measures]


@pytest.mark.parametrize("table", ["seeds", "layers", "units", "paths", "confused"])
def test_a_name_stands_once_in_a_table(table: catalog.Table) -> None:
    found = names(catalog.TABLES[table])
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("folder", STUDIES, ids=lambda folder: folder.name)
def test_every_column_of_a_committed_table_has_an_entry(folder: Path) -> None:
    assert set(header(folder / "seeds.csv")) - {"reg", "seed"} <= set(names(catalog.SEEDS))
    layers = set(header(folder / "layers.csv")) - {"reg", "seed", "layer"}
    assert layers <= set(names(catalog.LAYERS))
    units = set(header(folder / "units.csv")) - {"reg", "seed", "layer", "units"}
    assert units <= set(names(catalog.UNITS))
    tables = task_in(header(folder / "seeds.csv")).tables
    assert (folder / "confused.csv").exists() == ("confused" in tables)
    if "confused" in tables:
        assert set(names(catalog.CONFUSED)) <= set(header(folder / "confused.csv"))


def test_what_is_measured_here_stands_in_the_catalogs_order() -> None:
    digits = ROOT / "metrics/studies/digits"
    lacking = {"top5_accuracy"}
    shown = [name for name in names(catalog.of_task("classification")) if name not in lacking]
    assert header(digits / "seeds.csv")[2:] == shown
    summary = json.loads((digits / "summary.json").read_text())
    of_classes = catalog.of_task("classification")
    listed = tuple(one for one in catalog.listed("summary") if one in of_classes)
    assert list(summary["none"]) == names(listed)
    with (digits / "comparisons.csv").open(newline="") as opened:
        compared = dict.fromkeys(row["measure"] for row in csv.DictReader(opened))
    listed = tuple(one for one in catalog.listed("comparisons") if one in of_classes)
    assert list(compared) == names(listed)


def test_layers_and_units_are_what_measures_give() -> None:
    assert set(WEIGHT_MEASURES) <= set(names(catalog.LAYERS))
    assert set(UNIT_MEASURES) - {"units"} == set(names(catalog.UNITS))


@pytest.mark.parametrize("measure", FUNCTIONS, ids=lambda measure: measure.name)
def test_a_function_asks_for_what_is_seen(measure: Measure) -> None:
    seen = {*dir(Seen), *Seen.__dataclass_fields__}
    assert set(signature(function_of(measure)).parameters) <= seen


def test_functions_are_given_what_their_parameters_name() -> None:
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0], [3.0, 0.0]])
    found = measured(catalog.SEEDS, Predictions(logits, torch.tensor([0, 1, 1])))
    assert found["test_accuracy"] == pytest.approx(2 / 3)
    assert found["balanced_accuracy"] == pytest.approx(3 / 4)
    assert list(found) == [m.name for m in FUNCTIONS if m.name != "top5_accuracy"]


def test_what_asks_for_more_than_was_seen_is_left_out() -> None:
    of_weights = Measure("mean", "Mean", function="weights.root_mean_square")
    seen = Predictions(torch.zeros(2, 2), torch.zeros(2, dtype=torch.long))
    assert measured([of_weights], seen) == {}


def test_a_study_may_be_about_these() -> None:
    assert PRIMARIES == {
        "accuracy": "test_accuracy",
        "balanced_accuracy": "balanced_accuracy",
        "roc_auc": "roc_auc",
        "r2": "test_r2",
        "loss": "test_loss",
    }
    assert all(measure.better for measure in catalog.PRIMARY)


@pytest.mark.parametrize("folder", STUDIES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("table", ["seeds", "layers", "units"])
def test_every_committed_value_lies_within_its_bounds(folder: Path, table: catalog.Table) -> None:
    entries = {measure.name: measure for measure in catalog.TABLES[table]}
    with (folder / f"{table}.csv").open(newline="") as opened:
        for row in csv.DictReader(opened):
            for name in entries.keys() & row.keys():
                low, high = entries[name].bounds
                assert row[name] == "" or low <= float(row[name]) <= high, (name, row)


def test_bounds_are_the_units_or_its_own() -> None:
    bounds = {
        "test_accuracy": (0, 1),
        "effective_rank_fraction": (0, 1),
        "stable_rank_fraction": (0, 1),
        "generalization_gap": (-1, 1),
        "expected_calibration_error": (0, 1),
        "validation_loss": (0, inf),
        "loss_gap": (-inf, inf),
        "brier_score": (0, 2),
        "weight_l2_norm": (0, inf),
        "weight_gini": (0, 1),
        "weight_kurtosis": (-2, inf),
        "weight_mean": (-inf, inf),
    }
    assert {name: named(name).bounds for name in bounds} == bounds
    a_loss = Measure("own_loss", "A name says nothing", within=(-1, 0))
    assert a_loss.bounds == (-1, 0)
    assert Measure("own_loss", "A name says nothing").bounds == (-inf, inf)


def test_titles_say_the_unit() -> None:
    assert named("test_accuracy").called() == "Test accuracy, %"
    assert named("validation_balanced_accuracy").called() == "Validation balanced accuracy, %"
    assert named("validation_roc_auc").called() == "Validation ROC AUC, %"
    assert named("brier_score").called() == "Brier score"


def test_it_is_light() -> None:
    code = "import regscope.measures.catalog, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True
    )
    assert not {"torch", "pandas", "numpy", "pydantic"} & set(done.stdout.split())

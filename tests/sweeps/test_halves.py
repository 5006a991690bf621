"""Halving a pool of examples: what is trained, and what follows from its accuracies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.datasets.base import Column
from regscope.engine.trained import TrainedCell
from regscope.results.overlap import measured_overlap
from regscope.statistics import overlap_share, overlap_widening
from regscope.study.params import Study, load_params
from regscope.sweeps import halves as overlap
from regscope.tasks import TASKS
from tests import tiny
from tests.command.called import called
from tests.committed import committed

COLUMNS = TASKS["classification"].history


def numbered(examples: int) -> Dataset:
    """Every example and its target are its number."""
    numbers = np.arange(examples)
    names = tuple(f"number {number}" for number in numbers)
    return Dataset("points", numbers[:, None].astype(np.float32), numbers, names, scale=0.5)


def test_seeds_split_one_half_each_and_the_halves_of_a_halving_share_nothing() -> None:
    found = overlap.halved(numbered(21), halvings=3, seeds=2)
    assert (found.pools, found.pool_size, found.scale) == (12, 10, 0.5)
    assert np.array_equal(found.inputs[:, 0], found.targets)
    pools = [set(found.targets[found.pool(seed)]) for seed in range(12)]
    for first in range(0, 12, 4):
        assert pools[first] == pools[first + 1]
        assert pools[first + 2] == pools[first + 3]
        assert pools[first].isdisjoint(pools[first + 2])
        assert len(pools[first] | pools[first + 2]) == 20
    assert len({frozenset(pool) for pool in pools}) == 6


def test_halves_of_a_table_keep_its_columns() -> None:
    inputs = np.arange(40, dtype=np.float32).reshape(20, 2)
    columns = (Column("a"), Column("b", gaps=True))
    groups = np.repeat(np.arange(5), 4)
    classes = np.tile([0, 1], 10)
    table = Dataset("table", inputs, classes, ("n", "y"), columns=columns, groups=groups)
    found = overlap.halved(table, halvings=2, seeds=1)
    assert (found.columns, found.groups, found.pools, found.pool_size) == (columns, None, 4, 10)
    assert np.array_equal(found.targets, found.inputs[:, 0] / 2 % 2)


def accuracies(study: Study, regs: list[str], data: Path, label: str, seeds: int) -> Any:
    """What training would give: seed's number in thousandths, and a tenth more of `tested`."""
    assert len(Dataset.load(data).inputs) == (seeds * 898 if "halves" in label else 1797)
    cells = {}
    for reg in regs:
        history = np.zeros((len(COLUMNS), seeds, 2))
        history[COLUMNS.index("holdout_accuracy"), :, -1] = np.arange(seeds) / 1000 + (
            np.arange(seeds) % 3 + 100
        ) / 1000 * (reg == "tested")
        cells[reg] = TrainedCell("cpu", "portable", tuple(range(seeds)), {}, history)
    return cells


@pytest.fixture
def prepared(workspace: Path, all_digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> Study:
    study = tiny.study({"l1": 0.1})
    paths.prepared("small").mkdir(parents=True)
    all_digits.save(paths.prepared("small"))
    written = study.model_dump(mode="json", exclude={"regularizers"})
    written["regularizers"] = {"none": {}, "tested": {"l1": 0.1}}
    params = {"study": "small", "reg": "tested"}
    paths.PARAMS.write_text(yaml.safe_dump(params | {"studies": {"small": written}}))
    monkeypatch.setattr(overlap, "_train", accuracies)
    return study


def test_every_seed_is_kept_and_what_follows_is_found_again(prepared: Study) -> None:
    measured, rows = overlap.measure("small", prepared, ["tested"], 3, 2, 5)
    assert [(row["halving"], row["half"], row["seed"]) for row in rows[2:6]] == [
        (0, 1, 2), (0, 1, 3), (1, 0, 4), (1, 0, 5),
    ]  # fmt: skip
    assert [row["seed"] for row in rows if row["halving"] == ""] == list(range(5))
    # In hundredths 10.0, 10.1, 10.2, and so on anew.
    gained = np.arange(12) % 3 / 1000 + 0.1
    expected = overlap_share(gained.reshape(3, 2, 2), gained[:5], (898, 1797))
    assert measured["shares"] == {"tested": round(expected, 4)}
    assert measured["share"] == round(expected, 4)
    assert measured["widening"] == round(overlap_widening(expected, 5), 3)
    paths.OVERLAP.mkdir(parents=True)
    paths.overlap("small", "json").write_text(json.dumps(measured))
    assert measured_overlap("small", load_params().studies["small"]) == measured["share"]


def refused(monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setattr(overlap, "start_server", lambda: None)
    with pytest.raises(RegscopeError) as error:
        called("halves", *words)
    return str(error.value)


def changed(**blocks: Mapping[str, Any]) -> None:
    raw = yaml.safe_load(paths.PARAMS.read_text())
    raw["studies"]["small"] |= blocks
    paths.PARAMS.write_text(yaml.safe_dump(raw))


@pytest.mark.usefixtures("prepared")
def test_what_cannot_be_measured_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(monkeypatch, "large") == "study large: choose from: small"
    assert refused(monkeypatch, "small", "l3") == "REG l3: choose from: tested"
    changed(split={"train": 900, "validation": 10})
    assert refused(monkeypatch, "small") == (
        "study small: half of its 1,797 examples are no more than the 900 that train"
        " (split.train): its overlap cannot be measured so"
    )
    changed(data={"source": "moons", "samples": 1000, "noise": 0.1})
    assert refused(monkeypatch, "small") == (
        "study small: its seeds do not split one pool of examples"
    )


FILES = sorted(committed().glob("metrics/overlap/*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_committed_follows_from_committed_accuracies(file: Path) -> None:
    measured = json.loads(file.read_text())
    table = pd.read_csv(file.with_suffix(".csv"), keep_default_na=False)
    rows = [
        {str(column): value for column, value in row.items()} for row in table.to_dict("records")
    ]
    for row in rows:
        if row["halving"] != "":
            row["halving"] = int(row["halving"])
    examples = (measured["examples"]["half"], measured["examples"]["whole"])
    found = overlap.outcome(rows, list(measured["shares"]), examples, measured["seeds"])
    assert found == {key: measured[key] for key in found}


def test_the_committed_one_is_of_the_study_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(committed())
    share = measured_overlap("digits", load_params().studies["digits"])
    assert share is not None
    assert 1 < overlap_widening(share, 10) < overlap_widening(1397 / 400, 10)

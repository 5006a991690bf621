"""Claims and studies' tables made up for the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import yaml

from regscope.base import paths
from regscope.claims.check import AnyCheck
from regscope.claims.evidence import Evidence
from regscope.claims.reading import claim_of
from regscope.claims.rule import Rule
from regscope.claims.schema import Claim, ClaimEntry, Claims, Group, Untestable

DOCUMENT = "000_paper.txt"
CELLS = ("none", "l1", "l2", "dropout")


CHECK = (
    "measure", "layer", "pair", "at", "comparison", "cell", "against", "threshold", "margin",
    "reported", "sizes_compare", "deterministic",
)  # fmt: skip
GROUP = ("document", "study", "assumed", "unstated", "departs", "published")


def entry(**changed: Any) -> dict[str, Any]:
    """A claim as it stands in claims.yaml: L1 has the higher test accuracy. None leaves out.

    Keys of its check stand among the others in `changed`.
    """
    written: dict[str, Any] = {
        "id": "l1-better",
        "section": "Table 1",
        "statement": "L1 helps.",
        "check": {"measure": "test_accuracy", "comparison": "higher", "cell": "l1"},
        "measured_by": "test accuracy",
    }
    of_check = {key: changed.pop(key) for key in CHECK if key in changed}
    written["check"] = _given(written["check"] | of_check)
    return _given(written | changed)


def _given(block: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if value is not None}


def group(*entries: Any, **changed: Any) -> dict[str, Any]:
    """What a document says about `digits`, as it stands in claims.yaml."""
    return {"document": DOCUMENT, "study": "digits", "claims": list(entries)} | changed


def claim(**changed: Any) -> Claim:
    """The same typed, with keys of its group too; other `readings` say what they change."""
    of_group = {key: changed.pop(key) for key in GROUP if key in changed}
    readings = changed.pop("readings", ())
    written = [entry(**changed), *(entry(**(changed | reading)) for reading in readings)]
    others = [{key: other[key] for key in ("check", "measured_by")} for other in written[1:]]
    read = ClaimEntry.model_validate(written[0] | {"readings": others})
    return claim_of(read, Group.model_validate(group() | of_group))


def check(**changed: Any) -> AnyCheck:
    return claim(**changed).check


def claims(
    *entries: Claim, untestable: Sequence[Untestable] = (), rule: Rule | None = None
) -> Claims:
    return Claims(
        rule or Rule(), {entry.document: "A paper" for entry in entries}, entries, tuple(untestable)
    )


def tables(measures: Mapping[str, Mapping[str, Sequence[float] | np.ndarray]]) -> Any:
    """A study's tables from `{measure: {reg: values by seed}}`; layer and units tables repeat
    them for the layer `hidden1`, halved for `hidden2`."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for measure, by_reg in measures.items():
        for reg, values in by_reg.items():
            for seed, value in enumerate(values):
                rows.setdefault((reg, seed), {"reg": reg, "seed": seed})[measure] = value
    seeds = pd.DataFrame(list(rows.values()))
    by_layer = []
    for layer, factor in (("hidden1", 1.0), ("hidden2", 0.5)):
        table = seeds.copy()
        table[list(measures)] *= factor
        table.insert(2, "layer", layer)
        by_layer.append(table)
    layers = pd.concat(by_layer, ignore_index=True)
    return SimpleNamespace(
        seeds=seeds,
        layers=layers,
        units=layers,
        confused=pd.DataFrame(columns=["reg"]),
        lost=set(),
    )


def accuracies(**by_reg: Sequence[float] | np.ndarray) -> Evidence:
    return Evidence(tables({"test_accuracy": by_reg}))


def study(cells: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "title": "Tiny",
        "data": {"source": "digits"},
        "split": {"train": 100, "validation": 10},
        "model": {"kind": "mlp", "hidden": [8]},
        "training": {
            "optimizer": "adam", "learning_rate": 0.001, "batch_size": 16, "epochs": 2, "seeds": 5,
        },
        "evaluation": {"training_loss": 0.5},
        "regularizers": dict(cells or {"none": {}, "l1": {"l1": 0.1}, "l2": {"l2": 0.1}})
        | {"dropout": {"dropout": 0.5}},
    }  # fmt: skip


def write(*groups: Any, **header: Any) -> Path:
    """params.yaml with the studies `digits` and `other` (without L2), and claims.yaml."""
    params = {
        "study": "digits",
        "reg": "l1",
        "studies": {
            "digits": study(),
            "other": study({"none": {}, "l1": {"l1": 0.1}}),
        },
    }
    paths.PARAMS.write_text(yaml.safe_dump(params, sort_keys=False))
    written = {"rule": {}, "documents": {DOCUMENT: "A paper"}, "planned_studies": ["future"]}
    written |= {"groups": list(groups)} | header
    paths.CLAIMS_FILE.write_text(yaml.safe_dump(written, sort_keys=False))
    return paths.CLAIMS_FILE

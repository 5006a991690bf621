"""The committed results of a tree, as far as a review compares them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from regscope import paths
from regscope.errors import RegscopeError
from regscope.results import SETTINGS_FILE, SUMMARY
from regscope.review.trees import Tree

Seeds = Mapping[int, float]
"""A measure of a cell by seed; a seed without it is left out."""


@dataclass(frozen=True)
class StudyMetrics:
    """One study's results: `seeds[cell][measure]`, of the measures of SUMMARY that it has, and
    `verdicts[cell, measure]` of its comparisons; what it was trained with and on."""

    seeds: Mapping[str, Mapping[str, Seeds]]
    verdicts: Mapping[tuple[str, str], str]
    settings: Mapping[str, Any]
    environment: Mapping[str, Any]


@dataclass(frozen=True)
class Metrics:
    """`claims` has the verdict on each published claim, by its id."""

    studies: Mapping[str, StudyMetrics]
    claims: Mapping[str, str]


def read_metrics(tree: Tree) -> Metrics:
    """Raises RegscopeError where the tree has no results, or a file of them cannot be read."""
    table = "seeds.csv"
    names = [
        Path(path).parent.name
        for path in sorted(tree.blobs)
        if Path(path).name == table and Path(path).parents[1] == paths.STUDIES
    ]
    if not names:
        raise RegscopeError(f"{tree.name}: has no results; there is no {paths.STUDIES}/*/{table}")
    claims = _json(tree, paths.CLAIMS)
    return Metrics(
        {name: _study(tree, paths.summary(name)) for name in names},
        {claim["id"]: claim["verdict"] for claim in claims.get("claims", [])},
    )


def read_params(tree: Tree, path: Path) -> dict[str, Any]:
    """A YAML file of settings as it is written; empty where it is missing."""
    try:
        return yaml.safe_load(tree.text(path) or "") or {}
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise RegscopeError(f"{path} of {tree.name}: not YAML: {reason}") from error


def _study(tree: Tree, folder: Path) -> StudyMetrics:
    return StudyMetrics(
        _seeds(tree, folder / "seeds.csv"),
        {
            (row["reg"], row["measure"]): row["verdict"]
            for row in _rows(tree, folder / "comparisons.csv", ("reg", "measure", "verdict"))
        },
        _json(tree, folder / SETTINGS_FILE),
        _json(tree, folder / "environment.json"),
    )


def _seeds(tree: Tree, path: Path) -> dict[str, dict[str, dict[int, float]]]:
    seeds: dict[str, dict[str, dict[int, float]]] = {}
    for number, row in enumerate(_rows(tree, path, ("reg", "seed", "test_accuracy")), start=2):
        measures = seeds.setdefault(row["reg"], {})
        try:
            seed = int(row["seed"])
            for measure in SUMMARY:
                if row.get(measure):
                    measures.setdefault(measure, {})[seed] = float(row[measure])
        except (TypeError, ValueError) as error:
            raise RegscopeError(f"{path} of {tree.name}: line {number}: not numbers") from error
    return seeds


def _rows(tree: Tree, path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    reader = csv.DictReader((tree.text(path) or "").splitlines())
    rows = list(reader)
    for column in columns:
        if rows and column not in (reader.fieldnames or ()):
            raise RegscopeError(f"{path} of {tree.name}: has no column {column}")
    return rows


def _json(tree: Tree, path: Path) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = json.loads(tree.text(path) or "{}")
    except json.JSONDecodeError as error:
        raise RegscopeError(f"{path} of {tree.name}: not JSON: {error}") from error
    return loaded

"""The committed results of a tree, as far as a review compares them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.json_files import parse_json, resolved
from regscope.base.yaml_files import parse_yaml
from regscope.measures.catalog import score_in
from regscope.results import SUMMARY, worded
from regscope.results.guessed import NO
from regscope.results.reader import parse_rows
from regscope.review.trees import Tree
from regscope.study.evaluation import PRIMARIES

Seeds = Mapping[int, float]
"""A measure of a cell by seed; a seed without it is left out."""


@dataclass(frozen=True)
class StudyMetrics:
    """One study's results: `seeds[cell][measure]`, of the measures of SUMMARY that it has, and
    `verdicts[cell, measure]` of its comparisons and which of these are `firm`, where the tree says
    so; `guesses`, the cells that are not better than the constant guess; what it was trained with
    and on."""

    seeds: Mapping[str, Mapping[str, Seeds]]
    verdicts: Mapping[tuple[str, str], str]
    firm: Mapping[tuple[str, str], bool]
    settings: Mapping[str, Any]
    environment: Mapping[str, Any]
    guesses: frozenset[str] = frozenset()

    @property
    def primary(self) -> str:
        """The measure that headlines are about."""
        return primary_of(self.settings, self.seeds)


@dataclass(frozen=True)
class Metrics:
    """`claims` has the verdict on each published claim, by its id, and `firm_claims` whether it is
    firm, where the tree says so."""

    studies: Mapping[str, StudyMetrics]
    claims: Mapping[str, str]
    firm_claims: Mapping[str, bool]


def read_metrics(tree: Tree) -> Metrics:
    """Raises RegscopeError where the tree has no results, or a file of them cannot be read."""
    table = paths.SEEDS_FILE
    names = [
        Path(path).parent.name
        for path in sorted(tree.blobs)
        if Path(path).name == table and Path(path).parents[1] == paths.STUDIES
    ]
    if not names:
        raise RegscopeError(f"{tree.name}: has no results; there is no {paths.STUDIES}/*/{table}")
    studies = {name: _study(tree, paths.summary(name)) for name in names}
    return Metrics(studies, *_claims(tree))


def read_params(tree: Tree, path: Path) -> dict[str, Any]:
    """A YAML file of settings as it is written; empty where it is missing.

    Raises RegscopeError where it cannot be read, or is no mapping of keys to values.
    """
    name = f"{path} of {tree.name}"
    return _mapping(parse_yaml(tree.text(path) or "", name) or {}, name)


def block(written: Mapping[str, Any], key: str) -> dict[str, Any]:
    """What `written` has under `key`, where that is a mapping; else empty."""
    found = written.get(key)
    return found if isinstance(found, dict) else {}


def _claims(tree: Tree) -> tuple[dict[str, str], dict[str, bool]]:
    found = _json(tree, paths.CLAIMS).get("claims", [])
    try:
        firm = {str(claim["id"]): claim.get("firm") for claim in found}
        return (
            {str(claim["id"]): str(claim["verdict"]) for claim in found},
            {name: known for name, known in firm.items() if isinstance(known, bool)},
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise RegscopeError(
            f"{paths.CLAIMS} of {tree.name}: claims must be a list of claims with an id and a"
            " verdict each"
        ) from error


def _study(tree: Tree, folder: Path) -> StudyMetrics:
    compared = _rows(tree, folder / "comparisons.csv", ("reg", "measure", "verdict"))
    settings = _json(tree, folder / paths.SETTINGS_FILE)
    seeds = _seeds(tree, folder / paths.SEEDS_FILE)
    primary = primary_of(settings, seeds)
    return StudyMetrics(
        seeds,
        {(row["reg"], row["measure"]): worded(row) for row in compared},
        {
            (row["reg"], row["measure"]): row["firm"] == "True"
            for row in compared
            if row.get("firm")
        },
        settings,
        _json(tree, folder / paths.ENVIRONMENT),
        frozenset(
            row["reg"]
            for row in compared
            if row["measure"] == primary and row.get("beats_guess") == NO
        ),
    )


def primary_of(settings: Mapping[str, Any], seeds: Mapping[str, Collection[str]]) -> str:
    """The measure of `evaluation.primary`; where it means nothing what `seeds`, the measures of
    each cell, are about."""
    primary = block(settings, "evaluation").get("primary")
    found = [measure for name, measure in PRIMARIES.items() if name == primary]
    return found[0] if found else score_in(set().union(*seeds.values()))


def _seeds(tree: Tree, path: Path) -> dict[str, dict[str, dict[int, float]]]:
    seeds: dict[str, dict[str, dict[int, float]]] = {}
    for number, row in enumerate(_scored(tree, path), start=2):
        measures = seeds.setdefault(row["reg"], {})
        try:
            seed = int(row["seed"])
            if seed in measures.get(score_in(row), {}):
                raise RegscopeError(
                    f"{path} of {tree.name}: line {number}: {row['reg']} has seed {seed} twice"
                )
            for measure in SUMMARY:
                if row.get(measure):
                    measures.setdefault(measure, {})[seed] = float(row[measure])
        except ValueError as error:
            raise RegscopeError(f"{path} of {tree.name}: line {number}: not numbers") from error
    return seeds


def _scored(tree: Tree, path: Path) -> list[dict[str, str]]:
    rows = _rows(tree, path, ("reg", "seed"))
    return _rows(tree, path, ("reg", "seed", score_in(rows[0] if rows else ())))


def _rows(tree: Tree, path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    name = f"{path} of {tree.name}"
    text = tree.text(path)
    rows = parse_rows(resolved(text, name), name) if text else []
    for column in columns:
        if rows and column not in rows[0]:
            raise RegscopeError(f"{name}: has no column {column}")
    return rows


def _json(tree: Tree, path: Path) -> dict[str, Any]:
    name = f"{path} of {tree.name}"
    return parse_json(resolved(tree.text(path) or "{}", name), name)


def _mapping(loaded: Any, file: str) -> dict[str, Any]:
    if not isinstance(loaded, dict):
        raise RegscopeError(f"{file}: must be a mapping of keys to values")
    return loaded

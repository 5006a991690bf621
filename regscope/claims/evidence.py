"""What a claim is judged by, read from a study's tables: values by seed, paired by seed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from regscope import paths
from regscope.claims import comparisons, spreads
from regscope.claims.comparisons import Finding
from regscope.claims.rule import Rule
from regscope.claims.schema import Claim
from regscope.params import BASELINE
from regscope.statistics import LEFT_OUT

if TYPE_CHECKING:
    import pandas as pd


class Tables(Protocol):
    """The part of StudyResults that claims are judged by."""

    @property
    def seeds(self) -> pd.DataFrame: ...
    @property
    def layers(self) -> pd.DataFrame: ...
    @property
    def units(self) -> pd.DataFrame: ...
    @property
    def confused(self) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Evidence:
    """A study's tables and, where its strength paths were tried, their two."""

    results: Tables
    path: pd.DataFrame | None = None
    tuned: pd.DataFrame | None = None


class NotRunError(Exception):
    """Why there is nothing to judge by, in a few words."""


@dataclass(frozen=True)
class Pair:
    """One comparison of a claim: `against` is None for a level or a single value."""

    cell: str
    against: str | None
    finding: Finding


def read_paths(study: str) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """The strength paths of a study and the strengths chosen on them; None where there are none."""
    import pandas as pd

    tables = (paths.sweep_summary(study) / name for name in ("paths.csv", "tuned.csv"))
    path, tuned = (pd.read_csv(table) if table.is_file() else None for table in tables)
    return path, tuned


def pairs(claim: Claim, evidence: Evidence, rule: Rule) -> list[Pair]:
    """Every comparison that the claim stands for.

    Raises NotRunError where a cell, a measure or a seed's value is missing.
    """
    try:
        return [
            Pair(cell, against, _finding(claim, cell, against, evidence, rule))
            for cell, against in product(claim.cell, claim.others or (None,))
        ]
    except spreads.UndefinedError as error:
        raise NotRunError(str(error)) from error


def _finding(
    claim: Claim, cell: str, against: str | None, evidence: Evidence, rule: Rule
) -> Finding:
    if claim.parsed.table == "confused":
        return _confused(claim, cell, evidence.results)
    values = _values(claim, cell, evidence)
    if against is None:
        own = _complete(values, claim, cell)
        if claim.comparison == "value":
            return comparisons.single_value(own, claim.reported[cell], rule.level)
        threshold = claim.threshold or 0.0
        sign = 1 if claim.comparison == "at_least" else -1
        return comparisons.against_threshold(own, threshold, sign, rule.level)
    others = _values(claim, against, evidence, family=cell)
    shared = values.index.intersection(others.index)
    if shared.empty:
        raise NotRunError(f"{cell} and {against} share no seed")
    own = _complete(values.loc[shared], claim, cell)
    other = _complete(others.loc[shared], claim, against)
    if claim.comparison == "equal":
        margin = claim.margin or rule.equivalence_margin
        return comparisons.equivalence(own, other, margin, rule.level)
    sign = 1 if claim.comparison in ("higher", "highest") else -1
    if claim.parsed.table == "spread":
        return spreads.spread_ratio(own, other, sign, rule.level)
    return comparisons.difference(own, other, sign, rule.level)


def _values(claim: Claim, cell: str, evidence: Evidence, family: str | None = None) -> pd.Series:
    """The measure of a cell, indexed by seed; with `family`, of its path at strength 0."""
    table, column = claim.parsed
    if table == "paths":
        return _on_path(claim, family or cell, evidence, at_zero=family is not None)
    frame = evidence.results.seeds if table == "spread" else getattr(evidence.results, table)
    rows = frame[frame["reg"] == cell]
    if claim.layer is not None:
        rows = rows[rows["layer"] == claim.layer]
    if rows.empty:
        where = f" in {claim.layer}" if claim.layer else ""
        raise NotRunError(f"no results of {cell}{where}")
    if column not in rows or "seed" not in rows:
        raise NotRunError(f"the results have no {claim.measure} by seed")
    return rows.set_index("seed")[column].sort_index()


def _on_path(claim: Claim, family: str, evidence: Evidence, at_zero: bool) -> pd.Series:
    if evidence.path is None or evidence.tuned is None:
        raise NotRunError("no strength paths of this study")
    rows = evidence.path[evidence.path["family"] == family]
    tuned = evidence.tuned[evidence.tuned["family"] == family]
    if rows.empty or tuned.empty:
        raise NotRunError(f"no strength path of {family}")
    at_best = claim.at == "best"
    strength = 0 if at_zero else tuned["strength"].iloc[0] if at_best else rows["strength"].max()
    if at_best and not at_zero and strength == 0:
        raise NotRunError(f"validation is best without {family}, so no strength is there to test")
    chosen = rows[np.isclose(rows["strength"], strength, rtol=1e-6, atol=0)]
    return chosen.set_index("seed")[claim.parsed.column].sort_index()


def _complete(values: pd.Series, claim: Claim, cell: str) -> np.ndarray:
    numbers: np.ndarray = values.to_numpy(dtype=np.float64)
    missing = int((~np.isfinite(numbers)).sum())
    if missing:
        raise NotRunError(
            f"{claim.measure} has no value in {missing} of {len(numbers)} seeds of {cell}"
        )
    return numbers


def _confused(claim: Claim, cell: str, results: Tables) -> Finding:
    assert claim.pair is not None
    rows = results.confused[results.confused["reg"] == cell]
    if rows.empty:
        raise NotRunError(f"no results of {cell}")
    names = rows[["first", "second"]].astype(str)
    named = rows[[set(pair) == set(claim.pair) for pair in names.itertuples(index=False)]]
    if named.empty:
        raise NotRunError(
            f"{cell} has no pair {' and '.join(claim.pair)} among its confused classes"
        )
    row = named.iloc[0]
    seeds = int((results.seeds["reg"] == cell).sum())
    return comparisons.given(row["excess"], row["low"], row["high"], row["p_value"], seeds)


def tuned_note(claim: Claim, evidence: Evidence) -> str:
    """For a claim about an assumed strength: the same difference at the best one on validation."""
    if (
        evidence.tuned is None
        or claim.strength is None
        or (claim.measure, claim.others) != ("test_accuracy", (BASELINE,))
    ):
        return ""
    rows = evidence.tuned[evidence.tuned["family"].isin(claim.cell)]
    return "; ".join(_tuned_sentence(row) for row in rows.to_dict("records"))


def _tuned_sentence(row: Mapping[Hashable, Any]) -> str:
    if row["verdict"] == LEFT_OUT:
        return f"validation is best without {row['family']}"
    end = row.get("grid_end")
    edge = f" (the {end} tried)" if isinstance(end, str) and end else ""
    return (
        f"at the strength of {row['family']} that is best on validation, {row['strength']:g}{edge}:"
        f" {100 * row['difference']:+.2f} points"
        f" [{100 * row['low']:+.2f}, {100 * row['high']:+.2f}], {row['verdict']}"
    )

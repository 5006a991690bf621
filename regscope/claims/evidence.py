"""What a claim is judged by, read from a study's tables: values by seed, paired by seed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from regscope.base import paths
from regscope.claims import comparisons, spreads
from regscope.claims.advised import Advised
from regscope.claims.check import Check, Contrast, Directed, Equal, Level, Value
from regscope.claims.comparisons import Finding
from regscope.claims.rule import Rule
from regscope.claims.schema import Claim
from regscope.measures.catalog import ACCURACY, named
from regscope.results.beside import read_sweep
from regscope.results.compared import ACCURACIES
from regscope.statistics import LEFT_OUT, nudged
from regscope.study.evaluation import MATTERS
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    import pandas as pd


class Tables(Protocol):
    """The part of StudyResults that claims are judged by. `lost`: cells no better than a guess."""

    @property
    def seeds(self) -> pd.DataFrame: ...
    @property
    def layers(self) -> pd.DataFrame: ...
    @property
    def units(self) -> pd.DataFrame: ...
    @property
    def confused(self) -> pd.DataFrame: ...
    @property
    def lost(self) -> set[str]: ...


@dataclass(frozen=True)
class Kept:
    """What is left of `Tables` without a seed."""

    seeds: pd.DataFrame
    layers: pd.DataFrame
    units: pd.DataFrame
    confused: pd.DataFrame
    lost: set[str]


@dataclass(frozen=True)
class Evidence:
    """A study's tables and, where its strength paths were tried, their two; `advised`, where there
    is any, from its committed advice.

    `matters`: the smallest difference in accuracy worth having there. `nudge`: -1 or 1 for a
    repeat whose rounding moves every effect nearer to where its claim turns, or away from it
    (`statistics.nudged`).
    """

    results: Tables
    path: pd.DataFrame | None = None
    tuned: pd.DataFrame | None = None
    matters: float = MATTERS
    nudge: int = 0
    advised: Advised | None = None

    @cached_property
    def cells(self) -> dict[str, pd.DataFrame]:
        """`{cell: its rows of seeds.csv, indexed by seed}`, seeds in ascending order."""
        return {
            str(reg): rows.set_index("seed").sort_index()
            for reg, rows in self.results.seeds.groupby("reg", sort=False)
        }

    @property
    def seeds(self) -> set[int]:
        on_path = () if self.path is None else self.path["seed"]
        advised = set() if self.advised is None else self.advised.seeds
        return {int(seed) for seed in (*self.results.seeds["seed"], *on_path)} | advised

    def family(self, check: Check) -> dict[str, pd.Series[float]]:
        """`{cell: values by seed}` of all that the study's table of rows, or its advice, holds
        against the baseline."""
        table, column = check.parsed
        if table == "advice":
            return {} if self.advised is None else self.advised.compared()
        return {reg: rows[column].dropna() for reg, rows in self.cells.items()}

    def without(self, seed: int) -> Evidence:
        """Tables over all seeds, as of confused classes, stay as they are."""

        def kept(table: pd.DataFrame) -> pd.DataFrame:
            return table[table["seed"] != seed] if "seed" in table else table

        tables = self.results
        left = Kept(
            kept(tables.seeds),
            kept(tables.layers),
            kept(tables.units),
            tables.confused,
            tables.lost,
        )
        return replace(
            self,
            results=left,
            path=None if self.path is None else kept(self.path),
            advised=None if self.advised is None else self.advised.without(seed),
        )


def apart(advised: Advised | None) -> Evidence:
    """Of advice that is about no study alone."""
    import pandas as pd

    empty = pd.DataFrame({"reg": [], "seed": []})
    return Evidence(Kept(empty, empty, empty, empty, set()), advised=advised)


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
    found = read_sweep(paths.sweep_summary(study))
    return (None, None) if found is None else (found.paths, found.tuned)


def pairs(check: Check, evidence: Evidence, rule: Rule) -> list[Pair]:
    """Every comparison that the check stands for.

    Raises NotRunError where a cell, a measure or a seed's value is missing.
    """
    try:
        return [
            Pair(cell, against, _finding(check, cell, against, evidence, rule))
            for cell, against in product(check.cell, check.others or (None,))
        ]
    except spreads.UndefinedError as error:
        raise NotRunError(str(error)) from error


def _finding(
    check: Check, cell: str, against: str | None, evidence: Evidence, rule: Rule
) -> Finding:
    if check.parsed.table == "confused":
        return _confused(check, cell, evidence)
    values = _values(check, cell, evidence)
    if against is None:
        own = _complete(values, check, cell)
        if isinstance(check, Value):
            return comparisons.single_value(
                nudged(own, check.published, evidence.nudge),
                check.published,
                rule.level,
                _others(check, cell, evidence),
            )
        assert isinstance(check, Level)
        own = nudged(own, check.threshold, evidence.nudge)
        return comparisons.against_threshold(own, check.threshold, check.sign, rule.level)
    others = _values(check, against, evidence, family=cell)
    shared = values.index.intersection(others.index)
    if shared.empty:
        raise NotRunError(f"{cell} and {against} share no seed")
    if check.parsed.counts_tables:
        assert isinstance(check, Directed)
        own, other = (series.loc[shared].to_numpy(np.float64) for series in (values, others))
        return comparisons.times_ahead(own, other, check.sign)
    own = _complete(values.loc[shared], check, cell)
    other = _complete(others.loc[shared], check, against)
    assert isinstance(check, Contrast)
    if check.parsed.table == "spread":
        assert isinstance(check, Directed)
        return spreads.spread_ratio(own, other, check.sign, rule.level)
    return contrast(check, own, other, evidence, rule)


def contrast(
    check: Contrast, own: np.ndarray, other: np.ndarray, evidence: Evidence, rule: Rule
) -> Finding:
    """What the check asks of two cells, by the values of their shared seeds."""
    own = nudged(own, other, evidence.nudge)
    if isinstance(check, Equal):
        margin = check.margin or rule.equivalence_margin
        return comparisons.equivalence(own, other, margin, rule.level)
    assert isinstance(check, Directed)
    matters = evidence.matters if check.parsed.column in ACCURACIES else None
    return comparisons.difference(own, other, check.sign, rule.level, matters)


def _others(check: Check, cell: str, evidence: Evidence) -> list[np.ndarray]:
    """The measure of the study's other cells, without those that are no better than a guess."""
    table, column = check.parsed
    if table != "seeds":
        return []
    return [
        rows[column].dropna().to_numpy(dtype=np.float64)
        for reg, rows in evidence.cells.items()
        if reg != cell and reg not in evidence.results.lost
    ]


def _values(check: Check, cell: str, evidence: Evidence, family: str | None = None) -> pd.Series:
    """The measure of a cell, indexed by seed; with `family`, of its path at strength 0."""
    table, column = check.parsed
    if table == "advice":
        return _advised(check, cell, evidence)
    if table == "paths":
        return _on_path(check, family or cell, evidence, at_zero=family is not None)
    if table in ("seeds", "spread"):
        if cell not in evidence.cells:
            raise NotRunError(f"no results of {cell}")
        own = evidence.cells[cell]
        if column not in own:
            raise NotRunError(f"the results have no {check.measure} by seed")
        return own[column]
    frame = getattr(evidence.results, table)
    chosen = frame["reg"] == cell
    if check.layer is not None:
        chosen &= frame["layer"] == check.layer
    if not chosen.any():
        where = f" in {check.layer}" if check.layer else ""
        raise NotRunError(f"no results of {cell}{where}")
    if column not in frame or "seed" not in frame:
        raise NotRunError(f"the results have no {check.measure} by seed")
    by_seed: pd.Series[Any] = frame.loc[chosen].set_index("seed")[column].sort_index()
    return by_seed


def _advised(check: Check, cell: str, evidence: Evidence) -> pd.Series:
    column, advised = check.parsed.column, evidence.advised
    if advised is None:
        raise NotRunError("no advice is committed yet")
    if advised.measure != column:
        raise NotRunError(f"the advice is about {advised.measure}, not {column}")
    arms = advised.arms()
    if cell not in arms:
        why = f": {advised.unfit[cell]}" if cell in advised.unfit else ""
        raise NotRunError(f"the advice has no scores of {cell}{why}")
    return arms[cell]


def _on_path(check: Check, family: str, evidence: Evidence, at_zero: bool) -> pd.Series:
    if evidence.path is None or evidence.tuned is None:
        raise NotRunError("no strength paths of this study")
    rows = evidence.path[evidence.path["family"] == family]
    tuned = evidence.tuned[evidence.tuned["family"] == family]
    if rows.empty or tuned.empty:
        raise NotRunError(f"no strength path of {family}")
    at_best = check.at == "best"
    strength = 0 if at_zero else tuned["strength"].iloc[0] if at_best else rows["strength"].max()
    if at_best and not at_zero and strength == 0:
        raise NotRunError(f"validation is best without {family}, so no strength is there to test")
    chosen = rows[np.isclose(rows["strength"], strength, rtol=1e-6, atol=0)]
    if check.parsed.column not in chosen:
        raise NotRunError(f"the strength paths have no {check.measure}")
    return chosen.set_index("seed")[check.parsed.column].sort_index()


def _complete(values: pd.Series, check: Check, cell: str) -> np.ndarray:
    numbers: np.ndarray = values.to_numpy(dtype=np.float64)
    missing = int((~np.isfinite(numbers)).sum())
    if missing:
        raise NotRunError(
            f"{check.measure} has no value in {missing} of {len(numbers)} seeds of {cell}"
        )
    return numbers


def _confused(check: Check, cell: str, evidence: Evidence) -> Finding:
    assert check.pair is not None
    results = evidence.results
    rows = results.confused[results.confused["reg"] == cell]
    if rows.empty:
        raise NotRunError(f"no results of {cell}")
    names = rows[["first", "second"]].astype(str)
    named = rows[[set(pair) == set(check.pair) for pair in names.itertuples(index=False)]]
    if named.empty:
        raise NotRunError(
            f"{cell} has no pair {' and '.join(check.pair)} among its confused classes"
        )
    row = named.iloc[0]
    seeds = int((results.seeds["reg"] == cell).sum())
    return comparisons.given(
        row["excess"], row["low"], row["high"], row["p_value"], seeds, evidence.nudge
    )


def tuned_note(claim: Claim, evidence: Evidence) -> str:
    """For a claim about an assumed strength: the same difference at the best one on validation.

    Nothing of a sweep that was judged by another measure than the claim's.
    """
    measure, others = claim.check.measure, claim.check.others
    if evidence.tuned is None or not claim.assumed or others != (BASELINE,):
        return ""
    rows = evidence.tuned[evidence.tuned["family"].isin(claim.check.cell)].to_dict("records")
    return "; ".join(_tuned_sentence(row) for row in rows if _judged_by(row) == measure)


def _judged_by(row: Mapping[Hashable, Any]) -> str:
    """Older versions knew accuracy alone, and did not say so."""
    measure = row.get("measure")
    return measure if isinstance(measure, str) else ACCURACY


def _tuned_sentence(row: Mapping[Hashable, Any]) -> str:
    if row["verdict"] == LEFT_OUT:
        return f"validation is best without {row['family']}"
    end = row.get("grid_end")
    edge = f" (the {end} tried)" if isinstance(end, str) and end else ""
    entry = named(_judged_by(row))
    difference, low, high = (
        f"{entry.scale * row[name]:+.{entry.decimals}f}" for name in ("difference", "low", "high")
    )
    return (
        f"at the strength of {row['family']} that is best on validation, {row['strength']:g}{edge}:"
        f" {difference}{' points' if entry.in_points else ''} [{low}, {high}], {row['verdict']}"
    )


def reaching(check: Check, cell: str, published: float, evidence: Evidence) -> list[float]:
    """The strengths at which the mean over seeds of the cell's path takes the published value.

    Between two strengths of the path it is taken to be straight in the logarithm of the strength;
    what lies below the smallest counts as there. Empty without a path of the cell, and where it
    does not come by.
    """
    table, column = check.parsed
    path = evidence.path
    if table != "seeds" or path is None or column not in path:
        return []
    means = path[path["family"] == cell].groupby("strength")[column].mean()
    found = []
    steps = list(means.items())
    for (low, before), (high, after) in pairwise(steps):
        if (before - published) * (after - published) > 0 or before == after:
            continue
        share = (published - before) / (after - before)
        start = float(low) or float(high)  # type: ignore[arg-type]
        found.append(start * (float(high) / start) ** share)  # type: ignore[arg-type]
    return found


def reaching_note(check: Value, cell: str, evidence: Evidence) -> str:
    """For a published value at an assumed strength: at which it would be reached."""
    published = check.published
    found = reaching(check, cell, published, evidence)
    if not found:
        return ""
    strengths = " and ".join(f"{strength:.2g}" for strength in found)
    return f"on its strength path {cell} passes through the published value at about {strengths}"

"""What docs/beside-scikit-learn.md says between its marks: a table and a sentence a study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.beside.models import BOOSTING, MLP
from bench.readme import made_with
from regscope.figures.style import display_name
from regscope.report.formats import DASH, fixed
from regscope.report.render import Cell, Table, escape, markdown
from regscope.statistics.intervals import Interval, mean_interval
from regscope.study.params import BASELINE

CALLED = {MLP: "scikit-learn's MLP", BOOSTING: "HistGradientBoosting"}
OURS = "regscope"


@dataclass(frozen=True)
class Measure:
    """How a measure is told: `scale` times its value, with `decimals`."""

    called: str
    scale: float
    decimals: int
    unit: str


MEASURES = {
    "test_accuracy": Measure("Accuracy, %", 100, 2, " points"),
    "balanced_accuracy": Measure("Balanced accuracy, %", 100, 2, " points"),
    "test_r2": Measure("R²", 1, 3, ""),
    "test_rmse": Measure("RMSE", 1, 1, ""),
}

Scores = Mapping[str, list[float]]


def block(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Of what was measured, by study, in that order."""
    if not found:
        return "Nothing has been measured yet: run `python -m bench.tables_beside`."
    parts = [_summary(found), _heading(found)]
    for study, measured in found.items():
        parts += [f"### {study}", _about(measured), markdown(table(measured)).rstrip("\n")]
        parts.append(escape(told(measured)))
    return "\n\n".join(parts)


def _summary(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Who has the highest mean how often, and how often that is beyond the seeds' noise."""
    placed = [placing(measured) for measured in found.values() if measured["ours"]]
    if not placed:
        return "No study has results of regscope's own yet."
    first = Counter(place.maker for place in placed)
    plain = Counter(place.maker for place in placed if place.ahead)
    lines = [
        f"{maker[:1].upper()}{maker[1:]} is first in {first[maker]} of {len(placed)} studies, in"
        f" {plain[maker]} of them by more than chance."
        for maker in (CALLED[BOOSTING], CALLED[MLP], OURS)
    ]
    lines.append(
        "regscope stands there with its best cell, chosen in hindsight on these very test rows,"
        " which flatters it."
    )
    return "\n".join(f"- {escape(line)}" for line in lines)


def _heading(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Machines and days, each once."""
    return "\n\n".join(dict.fromkeys(made_with(measured) for measured in found.values()))


def _about(measured: Mapping[str, Any]) -> str:
    rows = measured["rows"]
    weights = "; class weights are balanced in every way" if measured["weighted"] else ""
    target = f"; the target is {measured['quantity']}" if measured["quantity"] else ""
    return escape(f"{rows['train']:,} rows train, {rows['test']:,} test{target}{weights}.")


def ways(measured: Mapping[str, Any]) -> dict[str, Scores]:
    """What stands in the table, by name; of this project `none`, and the best cell besides."""
    found: dict[str, Scores] = {}
    if ours := measured["ours"]:
        best = best_cell(ours, measured["primary"])
        found[f"{OURS}, none"] = ours[BASELINE]
        if best != BASELINE:
            found[f"{OURS}, best in hindsight: {display_name(best)}"] = ours[best]
    for way, name in CALLED.items():
        seeds = measured["ways"][way]
        found[name] = {key: [seed[key] for seed in seeds] for key in seeds[0]}
    return found


def best_cell(ours: Mapping[str, Scores], primary: str) -> str:
    """That of the highest mean on the test rows; the first of equals."""
    return max(ours, key=lambda reg: float(np.mean(ours[reg][primary])))


def table(measured: Mapping[str, Any]) -> Table:
    first = next(iter(measured["ways"].values()))[0]
    names = [name for name in first if name != "seconds"]
    rows = []
    for way, scores in ways(measured).items():
        cells = [_mean(scores[name], MEASURES[name]) for name in names]
        seeds = Cell(str(len(scores[names[0]])))
        rows.append((Cell(way), *cells, seeds, _seconds(scores, way, measured)))
    if not measured["ours"]:
        rows.insert(0, (Cell(f"{OURS}: no results yet"), *[Cell(DASH)] * (len(names) + 2)))
    heads = ("Way", *(MEASURES[name].called for name in names), "Seeds", "Seconds a seed")
    return Table(measured["study"], heads, tuple(rows))


def _mean(values: list[float], measure: Measure) -> Cell:
    found = mean_interval(np.array(values) * measure.scale)
    half = fixed(found.high - found.mean, measure.decimals)
    return Cell(f"{fixed(found.mean, measure.decimals)} ± {half}")


def _seconds(scores: Scores, way: str, measured: Mapping[str, Any]) -> Cell:
    if way == f"{OURS}, none":
        return Cell(fixed(measured["seconds"], 1))
    return Cell(fixed(float(np.mean(scores["seconds"])), 1) if "seconds" in scores else DASH)


@dataclass(frozen=True)
class Placing:
    """Who has the highest mean, before whom, and by how much over seeds that both have."""

    maker: str
    first: str
    second: str
    apart: Interval
    seeds: int

    @property
    def ahead(self) -> bool:
        return self.apart.low > 0


def placing(measured: Mapping[str, Any]) -> Placing:
    """Of three: this project with its best cell, and scikit-learn's two models."""
    found, primary = ways(measured), measured["primary"]
    names = [name for name in found if name in CALLED.values()]
    if ours := [name for name in found if name.startswith(OURS)]:
        names.append(ours[-1])
    names.sort(key=lambda name: -float(np.mean(found[name][primary])))
    first, second = names[:2]
    apart, seeds = _apart(found[first][primary], found[second][primary])
    maker = OURS if first.startswith(OURS) else first
    return Placing(maker, first, second, apart, seeds)


def _apart(one: list[float], other: list[float]) -> tuple[Interval, int]:
    """The difference seed by seed, and over how many seeds."""
    both = min(len(one), len(other))
    return mean_interval(np.array(one[:both]) - np.array(other[:both])), both


def told(measured: Mapping[str, Any]) -> str:
    """Who wins, and whether this project's network does what scikit-learn's does."""
    place, measure = placing(measured), MEASURES[measured["primary"]]
    before = f"before {place.second} by {_by(place.apart, measure)} over {place.seeds} seeds."
    of = measure.called.removesuffix(", %")
    among = of if measured["ours"] else f"{of}, scikit-learn's two"
    if place.ahead:
        return f"{among}: {place.first} wins, {before}{_same_network(measured, measure)}"
    return (
        f"{among}: nobody wins; {place.first} has the highest mean, {before}"
        f"{_same_network(measured, measure)}"
    )


def _same_network(measured: Mapping[str, Any], measure: Measure) -> str:
    if not measured["ours"]:
        return ""
    found, primary = ways(measured), measured["primary"]
    apart, _ = _apart(found[f"{OURS}, none"][primary], found[CALLED[MLP]][primary])
    return f" Alike in widths and training, none is at {_by(apart, measure)} of {CALLED[MLP]}."


def _by(apart: Interval, measure: Measure) -> str:
    low, middle, high = (
        fixed(measure.scale * value, measure.decimals, signed=True)
        for value in (apart.low, apart.mean, apart.high)
    )
    return f"{middle}{measure.unit} [{low}, {high}]"

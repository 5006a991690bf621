"""Strength paths and pairs of a study, and their tables."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regscope.base import paths
from regscope.figures.style import display_name
from regscope.measures.catalog import named
from regscope.report.columns import (
    best_high,
    mean_and_half_width,
    name_cell,
    narrow_column,
    verdict_cell,
)
from regscope.report.formats import (
    DASH,
    known_text,
    p_value,
    percent,
    plain,
    with_range,
)
from regscope.report.measured import ACCURACY, BY_KEY, Measure
from regscope.report.render import Cell, Table
from regscope.report.tables import against_baseline
from regscope.results.beside import read_sweep
from regscope.results.guessed import YES
from regscope.statistics import LEFT_OUT

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Sweep:
    """What `make paths` left of a study. `pairs` is None where none were tried."""

    paths: pd.DataFrame
    tuned: pd.DataFrame
    pairs: pd.DataFrame | None
    settings: Mapping[str, Any]

    @property
    def families(self) -> list[str]:
        return [str(family) for family in self.paths["family"].unique()]


def load_sweep(study: str) -> Sweep | None:
    """The study's folder in metrics/paths; None where there is none."""
    found = read_sweep(paths.sweep_summary(study))
    return None if found is None else Sweep(found.paths, found.tuned, found.pairs, found.settings)


def tuned_table(sweep: Sweep) -> Table:
    """Every family at the strength that validation chose, against strength 0."""
    rows = []
    for family in sweep.tuned.to_dict("records"):
        left_out = family["verdict"] == LEFT_OUT
        rows.append(
            (
                name_cell(str(family["family"])),
                Cell(f"{chosen_strength(family)}{guess_note(family)}"),
                Cell(percent(family[ACCURACY.entry.on_validation])),
                Cell(percent(family[ACCURACY.key])),
                *(_LEFT_OUT_CELLS if left_out else against_baseline(family, measure_of(family))),
            )
        )
    return Table(
        "The strength best in validation [those that it cannot tell from it], and what it gives in"
        " test; trained without the validation examples. 0: best without the method, so nothing is"
        " tested. The smallest or the largest tried: a better one may lie beyond",
        (
            "Method",
            "Strength",
            "Validation accuracy, %",
            "Test accuracy, %",
            f"Difference to strength 0{difference_unit(sweep.tuned)}",
            "Holm p",
            "P(better)",
            "Seeds needed",
            "Verdict",
        ),
        tuple(rows),
        frozenset({0, 8}),
        largest_first=frozenset({2, 3, 4, 6}),
    )


_LEFT_OUT_CELLS = [*[Cell(DASH)] * 4, Cell(LEFT_OUT)]


def chosen_strength(row: Mapping[Hashable, Any]) -> str:
    """Of a row of tuned.csv: the choice, whether the grid ends with it, and its range."""
    end = known_text(row.get("grid_end"))
    strength = f"{plain(row['strength'])}, the {end} tried" if end else plain(row["strength"])
    return with_range(strength, plain(row["low_strength"]), plain(row["high_strength"]))


def measure_of(row: Mapping[Hashable, Any]) -> Measure:
    """What a row of tuned.csv or pairs.csv is about."""
    return BY_KEY.get(str(row.get("measure")), ACCURACY)


def difference_unit(table: pd.DataFrame) -> str:
    """`, points`, and in which measure where that is not accuracy."""
    measure = measure_of(table.iloc[0].to_dict()) if len(table) else ACCURACY
    return measure.unit if measure is ACCURACY else f" in {measure.name}{measure.unit}"


def guess_note(row: Mapping[Hashable, Any]) -> str:
    """Said of a choice that had nothing but constant guesses to choose from."""
    return (
        " (no strength is better than the constant guess)"
        if row.get("constant_guess") == YES
        else ""
    )


PATH = tuple(
    narrow_column(Measure(named(name)))
    for name in (
        ACCURACY.entry.on_validation, "train_accuracy", "generalization_gap", "test_loss",
        "expected_calibration_error", "weight_l2_norm", "near_zero_fraction", "zero_fraction",
    )
)  # fmt: skip


def path_tables(sweep: Sweep) -> list[Table]:
    """One table a family: a row a strength, means over seeds."""
    return [_path_table(sweep, family) for family in sweep.families]


def _path_table(sweep: Sweep, family: str) -> Table:
    runs = sweep.paths[sweep.paths["family"] == family]
    means = runs.groupby("strength").mean(numeric_only=True)
    accuracies = [
        mean_and_half_width(
            runs.loc[runs["strength"] == strength, ACCURACY.key].to_numpy(), percent
        )
        for strength in means.index
    ]
    texts = [column.shown(means[column.measure].tolist()) for column in PATH]
    return Table(
        f"{display_name(family)}, means over seeds",
        ("Strength", "Test accuracy, %", *(column.heading for column in PATH)),
        tuple(
            (Cell(plain(strength)), *map(Cell, row))
            for strength, *row in zip(means.index, accuracies, *texts, strict=True)
        ),
        frozenset(),
        largest_first=frozenset({1, *best_high((one.more_is_better for one in PATH), first=2)}),
    )


def pairs_table(pairs: pd.DataFrame) -> Table:
    """Two methods at once, against the better one of them alone."""
    rows = []
    for pair in pairs.to_dict("records"):
        level = measure_of(pair)
        rows.append(
            (
                name_cell(str(pair["first"])),
                name_cell(str(pair["second"])),
                *(Cell(level.value(pair[key])) for key in ("both", "first_alone", "second_alone")),
                Cell(with_range(*(level.difference(pair[key]) for key in _DIFFERENCE))),
                name_cell(str(pair["better_part"])),
                Cell(p_value(pair["p_holm"])),
                Cell(with_range(*(level.difference(pair[key]) for key in _INTERACTION))),
                verdict_cell(pair, "the better part"),
            )
        )
    return Table(
        "Test accuracy of two methods at once, against the part that validation holds better",
        (
            "First",
            "Second",
            "Both, %",
            "First alone, %",
            "Second alone, %",
            "Both minus better part, points",
            "Better part",
            "Holm p",
            "Interaction, points",
            "Verdict",
        ),
        tuple(rows),
        frozenset({0, 1, 6, 9}),
        largest_first=frozenset({2, 3, 4, 5}),
    )


_DIFFERENCE = ("difference", "low", "high")
_INTERACTION = ("interaction", "interaction_low", "interaction_high")

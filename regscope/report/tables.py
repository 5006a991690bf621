"""What the seeds say about every cell of a study against its baseline, and how well cells fit."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from regscope.figures.style import display_name
from regscope.measures.catalog import of_part
from regscope.report import words
from regscope.report.columns import (
    MEANS,
    NOT_MEASURED,
    Column,
    best_high,
    by_reg,
    comparisons,
    mean_and_half_width,
    means_table,
    name_cell,
    numbers_table,
    on_edge,
    values,
    verdict_cell,
    with_guess,
    with_half_width,
)
from regscope.report.formats import (
    ABOUT,
    DASH,
    EDGE,
    fixed,
    fixed_column,
    known,
    p_value,
    seeds_needed,
    with_range,
)
from regscope.report.means import by_column
from regscope.report.measured import ACCURACY, BY_KEY, MEASURES, Measure
from regscope.report.render import Cell, Table
from regscope.results import GUESS, NO_BETTER, StudyResults, told
from regscope.results.guessed import MEASURES as GUESSED
from regscope.results.guessed import NO, over_guess
from regscope.statistics import EQUAL, UNDECIDED
from regscope.study.params import BASELINE

BASELINE_VERDICT = "baseline"


def comparison_table(
    results: StudyResults, regs: Sequence[str], measure: Measure = ACCURACY
) -> Table:
    """One measure of every cell, and what the seeds say about its difference to the baseline."""
    compared = comparisons(results, measure.key)

    def row(reg: str) -> list[Cell]:
        measured = values(results, reg, measure.key)
        spread = measure.value(measured.std(ddof=1)) if len(measured) > 1 else DASH
        mean = with_half_width(results.intervals[reg][measure.key], measure.value)
        own = [Cell(mean), Cell(spread)]
        if reg == BASELINE:
            over = over_guess(results.seeds, results.guesses, measure.key).get(BASELINE)
            note = f", {NO_BETTER}" if over and over.beats == NO else ""
            return [*own, *[Cell("")] * 4, Cell(f"{BASELINE_VERDICT}{note}")]
        return [*own, *against_baseline(compared[reg], measure)]

    headings = (
        measure.title,
        "SD",
        f"Difference to {BASELINE}{measure.unit}",
        "Holm p",
        "P(higher)" if measure.neutral else "P(better)",
        "Seeds needed",
        "Verdict",
    )
    caption = f"{MEANS}, and the paired difference to {BASELINE}"
    best = {1, 3, 5} if measure.more_is_better else {5}
    table = by_reg(caption, headings, results.cells, regs, row, {7}, best)
    if measure.key not in GUESSED.values():
        return table
    return with_guess(table, [*_guess(results, measure), "", "", "", ""])


def _guess(results: StudyResults, measure: Measure) -> tuple[str, str, str]:
    """The constant guess's value, no spread, and its difference to the baseline."""
    guess = results.guessed(measure.key)
    if guess is None:
        return NOT_MEASURED, "", ""
    difference = measure.difference(guess - values(results, BASELINE, measure.key).mean())
    return measure.value(guess), "", difference


def against_baseline(against: dict[Hashable, Any], measure: Measure = ACCURACY) -> list[Cell]:
    """Difference, Holm p, probability of being better (or higher), seeds needed and verdict."""
    return [
        Cell(difference(against, measure)),
        Cell(p_value(against["p_holm"])),
        Cell(_probability(against)),
        Cell(wanted(against)),
        verdict_cell(against),
    ]


def wanted(against: Mapping[Hashable, Any]) -> str:
    """The seeds that would show what the row shows, and of an undecided one how it would end."""
    if against["seeds"] < 2:
        return DASH
    if against["verdict"] == EQUAL:
        return seeds_needed(against["seeds_equal"])
    different, equal = against["seeds_needed"], against.get("seeds_equal")
    if against["verdict"] != UNDECIDED or known(equal) is None:
        return seeds_needed(different)
    if known(different) is not None and different <= equal:
        return f"{seeds_needed(different)}, to show it"
    return f"{seeds_needed(equal)}, to rule it out"


def marked(text: str, row: Mapping[Hashable, Any], order: str = "") -> Cell:
    """A number as it stands beside others, marked by the verdict on its difference.

    With ABOUT where that makes none that matters, with EDGE where an answer is not firm, and named
    where the cell is a constant guess.
    """
    verdict = told(row)
    edge = on_edge(row) and verdict != UNDECIDED
    notes = ", ".join(["a guess"] * (verdict == GUESS) + [EDGE] * edge)
    shown = f"{ABOUT * (verdict == EQUAL)}{text}{f' ({notes})' if notes else ''}"
    return Cell(shown, verdict, order=order, edge=edge)


def difference(against: dict[Hashable, Any], measure: Measure = ACCURACY) -> str:
    """The paired difference and its 95 % t interval."""
    shown = measure.difference(against["difference"])
    return with_range(
        shown, measure.difference(against["low"]), measure.difference(against["high"])
    )


def _probability(against: dict[Hashable, Any]) -> str:
    if math.isnan(against["probability_better"]):
        return DASH
    return with_range(
        *(fixed(against[f"probability_{which}"], 2) for which in ("better", "low", "high"))
    )


def short_accuracy_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """What fits a terminal: the primary measure, difference and verdict, without its note."""
    table = comparison_table(results, regs, BY_KEY[results.primary])
    chosen = (0, 1, 3)
    return Table(
        table.caption,
        tuple(table.columns[index] for index in (*chosen, 7)),
        tuple((*(row[index] for index in chosen), _without_note(row[7])) for row in table.rows),
        frozenset({0, 3}),
    )


def _without_note(cell: Cell) -> Cell:
    shown = cell.verdict or cell.text
    return replace(cell, text=f"{shown} ({EDGE})" if cell.edge else shown)


def changes_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """All compared measures at once: the baseline's value, the others' difference to it."""
    measures = [measure for measure in MEASURES if measure.key in results.compared]
    compared = {measure.key: comparisons(results, measure.key) for measure in measures}

    def entry(reg: str, measure: Measure) -> Cell:
        if reg == BASELINE:
            return Cell(measure.value(values(results, reg, measure.key).mean()))
        against = compared[measure.key][reg]
        return marked(measure.difference(against["difference"]), against)

    table = by_reg(
        f"The value of {BASELINE}, and every other cell's difference to it",
        [measure.short for measure in measures],
        results.cells,
        regs,
        lambda reg: [entry(reg, measure) for measure in measures],
        largest_first=best_high(measure.more_is_better for measure in measures),
    )
    guessed = GUESSED.values()
    return with_guess(
        table,
        [_guess(results, measure)[-1] if measure.key in guessed else "" for measure in measures],
    )


def fit_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """How well every cell fits its training data, and what is left of it in test."""
    columns = of_part("fit", "train_accuracy", "generalization_gap", "train_loss", "test_loss")
    table = means_table(results, regs, columns)
    loss = results.guessed("test_loss")
    guess = {BY_KEY["test_loss"].heading: NOT_MEASURED if loss is None else _loss(loss)}
    return with_guess(table, [guess.get(heading, "") for heading in table.columns[1:]])


def convergence_table(results: StudyResults, regs: Sequence[str], training_loss: float) -> Table:
    """How fast every cell brings its training loss down.

    training_loss: the loss, in nats, that counts as reached.
    """

    def row(reg: str) -> list[Cell]:
        epochs = values(results, reg, "epochs_to_training_loss")
        reached = epochs[~np.isnan(epochs)]
        return [
            Cell(
                mean_and_half_width(reached, lambda value: fixed(value, 1))
                if len(reached)
                else "never"
            ),
            Cell(f"{len(reached)} of {len(epochs)}"),
            Cell(mean_and_half_width(values(results, reg, "training_loss_area"), _loss)),
        ]

    headings = (
        f"Epochs to training loss {training_loss:g}",
        "Seeds that reach it",
        "Mean training loss over epochs",
    )
    return by_reg(MEANS, headings, results.cells, regs, row)


def classes_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """F1 of every class, means over seeds."""
    scores = by_column(results.classes, "class", "f1")
    columns = [Column(str(name), name, fixed_column(3), True) for name in scores]
    return numbers_table("F1 of every class, means over seeds", scores, regs, columns)


def class_scores_table(results: StudyResults, reg: str) -> Table:
    """A row a class: precision, recall, F1 and support, means over the seeds of one cell."""
    rows = results.class_scores.get(reg, [])
    scores = ("precision", "recall", "f1")
    return Table(
        f"{display_name(reg)}, class by class, means over seeds",
        ("Class", "Precision", "Recall", "F1", "Test examples"),
        tuple(
            (
                Cell(str(row["class"])),
                *(Cell(fixed(row[score], 3)) for score in scores),
                Cell(f"{row['support']:,.1f}".removesuffix(".0")),
            )
            for row in rows
        ),
        largest_first=frozenset({1, 2, 3}),
    )


def overview_table(studies: dict[str, StudyResults], regs: Sequence[str]) -> Table:
    """All studies on one page: the baseline's test accuracy, the others' difference to it.

    Of a study that is about another measure its heading names that, and the entries are of it.
    """
    measures = {name: BY_KEY[results.primary] for name, results in studies.items()}

    def level(value: float, measure: Measure) -> str:
        return f"{measure.value(value)}{' %' if measure.unit else ''}"

    def entry(name: str, reg: str) -> Cell:
        results, measure = studies[name], measures[name]
        if reg not in results.cells:
            return Cell(DASH)
        if reg == BASELINE:
            return Cell(level(values(results, reg, measure.key).mean(), measure), order="0")
        against = comparisons(results, measure.key)[reg]
        if reg in results.lost:
            return Cell(words.COLLAPSED, told(against), order=str(against["difference"]))
        return marked(measure.difference(against["difference"]), against)

    def guess(name: str) -> str:
        found = studies[name].guessed(measures[name].key)
        return NOT_MEASURED if found is None else level(found, measures[name])

    headings = (
        name if measure is ACCURACY else f"{name} ({measure.name})"
        for name, measure in measures.items()
    )
    table = Table(
        f"Difference to {BASELINE} in test accuracy, points, or in what a heading names",
        ("Regularizer", *headings),
        tuple((name_cell(reg), *(entry(name, reg) for name in studies)) for reg in regs),
        largest_first=best_high(measure.more_is_better for measure in measures.values()),
    )
    return with_guess(table, [guess(name) for name in studies])


def _loss(value: float) -> str:
    return fixed(value, 4)

"""Exact tables of small studies."""

from __future__ import annotations

import pytest

from regscope.report import (
    prediction_tables,
    seeds_tables,
    tables,
    unit_tables,
    weights_tables,
)
from regscope.report.measured import BY_KEY, MEASURES
from regscope.report.render import Cell, Table, escape, markdown, plain_text
from regscope.results import COMPARED
from tests.report import synthetic

REGS = ("none", "l1", "l2")

FOUND = synthetic.found()


def test_accuracy_table_as_markdown() -> None:
    # Differences are 1, 1, 1, 1, 2 points: mean 1.2, t interval 1.2 ± 2.776 * 0.4472 / sqrt(5).
    table = tables.comparison_table(synthetic.found(), REGS)
    assert markdown(table) == (
        "| Regularizer | Test accuracy, % | SD | Difference to none, points | Holm p | P(better)"
        " | Seeds needed | Verdict |\n"
        "| :-- | --: | --: | --: | --: | --: | --: | :-- |\n"
        "| None | 92.00 ± 1.96 | 1.58 |  |  |  |  | baseline |\n"
        "| L1 | 93.20 ± 2.39 | 1.92 | +1.20 [+0.64, +1.76] | 0.004 | 1.00 [0.48, 1.00] | 4"
        " | better (edge) |\n"
        "| L2 | – | – | – | – | – | – | – |\n"
        "| Constant guess | 50.00 |  | −42.00 |  |  |  |  |\n"
    )


def test_a_changed_number_changes_one_line_of_markdown() -> None:
    """Pull requests show pages: a wider entry must not move the others."""
    before = markdown(tables.comparison_table(synthetic.found(), REGS)).splitlines()
    other = synthetic.found(synthetic.ACCURACIES | {"l1": (0.5, 0.5, 0.1, 0.9, 0.6)})
    after = markdown(tables.comparison_table(other, REGS)).splitlines()
    assert [one.split(" | ")[0] for one, two in zip(before, after, strict=True) if one != two] == [
        "| L1"
    ]


def test_accuracy_table_on_a_terminal() -> None:
    worse = synthetic.found({"none": (0.9, 0.9, 0.9, 0.91, 0.9), "l1": (0.8, 0.8, 0.81, 0.8, 0.8)})
    assert plain_text(tables.short_accuracy_table(worse, REGS)) == (
        "Regularizer     Test accuracy, %  Difference to none, points  Verdict\n"
        "--------------  ----------------  --------------------------  --------\n"
        "None                90.20 ± 0.56                              baseline\n"
        "L1                  80.20 ± 0.56      -10.00 [-10.88, -9.12]  worse\n"
        "L2                             –                           –  –\n"
        "Constant guess             50.00                      -40.20\n"
    )


def test_one_seed_has_no_interval() -> None:
    one = synthetic.found({"none": (0.9,), "l1": (0.91,)})
    table = tables.comparison_table(one, ("none", "l1"))
    texts = [[cell.text for cell in row] for row in table.rows]
    assert texts[0] == ["None", "90.00", "–", "", "", "", "", "baseline"]
    assert texts[1][:5] == ["L1", "91.00", "–", "+1.00", "1.000"]
    assert texts[1][6:] == ["–", "too few seeds"]


def test_every_compared_measure_in_its_unit() -> None:
    table = tables.comparison_table(synthetic.found(), REGS, BY_KEY["brier_score"])
    assert table.columns[1:4] == ("Brier score", "SD", "Difference to none")
    assert [cell.text for cell in table.rows[1][1:4]] == [
        "0.1234 ± 0.0000",
        "0.0000",
        "0.0000 [0.0000, 0.0000]",
    ]


def test_what_is_neither_better_nor_worse_is_higher_or_lower() -> None:
    table = tables.comparison_table(FOUND, REGS, BY_KEY["generalization_gap"])
    assert table.columns[5] == "P(higher)"
    assert [cell.text for cell in table.rows[1][5:]] == ["0.00 [0.00, 0.52]", "4", "lower (edge)"]
    assert not table.rows[1][7].stands_out
    higher = {measure.key for measure in MEASURES if measure.neutral}
    assert higher == {key for key, direction in COMPARED.items() if direction is None}
    headings = {
        measure.key: tables.comparison_table(FOUND, REGS, measure).columns[5]
        for measure in MEASURES
        if measure.key in FOUND.seeds
    }
    assert {key for key, heading in headings.items() if heading == "P(higher)"} == higher
    assert set(headings.values()) == {"P(higher)", "P(better)"}


def test_changes_hold_every_compared_measure() -> None:
    table = tables.changes_table(synthetic.found(), REGS)
    assert [row[1] for row in table.rows] == [
        Cell("92.00"), Cell("+1.20 (edge)", "better", edge=True), Cell("–"), Cell("−42.00"),
    ]  # fmt: skip
    # The training accuracies are the same: what test gains the gap loses.
    assert [row[3] for row in table.rows] == [
        Cell("7.00"), Cell("−1.20 (edge)", "lower", edge=True), Cell("–"), Cell(""),
    ]  # fmt: skip
    # Tables of older versions lack what was measured later: three measures here.
    of_classes = [one for one in MEASURES if "classification" in one.entry.tasks]
    assert len(table.columns) == 1 + len(of_classes) - 3
    assert [measure.key for measure in MEASURES] == list(COMPARED)


def test_convergence_counts_the_seeds_that_get_there() -> None:
    accuracies = {"none": (0.9, 0.91, 0.92), "l1": (0.91,)}
    table = tables.convergence_table(synthetic.found(accuracies), ("none", "l1"), 0.1)
    assert table.columns[1] == "Epochs to training loss 0.1"
    assert [[cell.text for cell in row[1:]] for row in table.rows] == [
        ["4.0", "1 of 3", "0.3000 ± 0.0000"],
        ["never", "0 of 1", "0.3000"],
    ]


@pytest.mark.parametrize(
    "table",
    [
        tables.comparison_table(FOUND, REGS),
        tables.changes_table(FOUND, REGS),
        tables.fit_table(FOUND, REGS),
        tables.convergence_table(FOUND, REGS, 0.1),
        tables.classes_table(FOUND, REGS),
        tables.overview_table({"tiny": FOUND}, REGS),
        seeds_tables.wanted_table(FOUND, REGS),
        weights_tables.all_layers_table(FOUND, REGS),
        *weights_tables.layer_tables(FOUND, REGS),
        unit_tables.pruning_table(FOUND, REGS),
        unit_tables.units_table(FOUND, REGS),
        *unit_tables.unit_layer_tables(FOUND, REGS),
        prediction_tables.robustness_table(FOUND, REGS),
        *prediction_tables.severity_tables(FOUND, REGS),
        prediction_tables.calibration_table(FOUND, REGS),
        prediction_tables.pairs_table(FOUND, REGS),
    ],
    ids=lambda table: f"{table.columns[1]}: {table.caption}",
)
def test_a_cell_that_is_not_there_is_a_row_of_dashes(table: Table) -> None:
    *_, last = table.rows
    assert [row[0].text for row in table.rows[:3]] == ["None", "L1", "L2"]
    assert len(table.rows) == 3 or last[0].text == "Constant guess"
    assert {cell.text for cell in table.rows[2][1:]} == {"–"}
    assert "–" not in {cell.text for row in table.rows[:2] for cell in row}
    assert {len(row) for row in table.rows} == {len(table.columns)}


NONE = (0.90, 0.91, 0.92, 0.93, 0.94)


def test_overview_marks_what_is_separable() -> None:
    steady = (0.911, 0.921, 0.932, 0.943, 0.953)
    found = {"tiny": synthetic.found(), "steady": synthetic.found({"none": NONE, "l1": steady})}
    table = tables.overview_table(found, ("none", "l1"))
    assert table.rows[0][1] == Cell("92.00 %", order="0")
    assert table.rows[1][1] == Cell("+1.20 (edge)", "better", edge=True)
    assert table.rows[1][2] == Cell("+1.20", "better")
    assert "| +1.20 (edge) | **+1.20** |" in markdown(table)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", r"a\|b"),
        ("[x](http://x)", r"[x\](http://x)"),
        ("<img src=x>", r"\<img src=x>"),
        ("&lt;", r"\&lt;"),
        ("_a_ l2_dropout", r"\_a\_ l2_dropout"),
        ("two\nlines", "two lines"),
        ("<0.001 [−0.1, +0.2]", "<0.001 [−0.1, +0.2]"),
    ],
)
def test_names_cannot_break_markdown(text: str, shown: str) -> None:
    assert escape(text) == shown

"""Exact tables of small studies."""

from __future__ import annotations

import pytest

from regscope.report import tables
from regscope.report.published import Document
from regscope.report.render import Cell, Table, escape, markdown, plain_text
from tests.report import synthetic

REGS = ("none", "l1", "l2")

DOCUMENT = Document(
    file="paper.txt",
    section="Table 1",
    title="A paper",
    study="tiny",
    measure="test_accuracy",
    unstated="everything",
    runs={"none": 0.96, "l1": 0.98, "dropout": 0.5},
)


def test_accuracy_table_as_markdown() -> None:
    # Differences are 1, 1, 1, 1, 2 points: mean 1.2, t interval 1.2 ± 2.776 * 0.4472 / sqrt(5).
    table = tables.accuracy_table(synthetic.found(), REGS)
    assert markdown(table) == (
        "| Regularizer | Test accuracy, % |   SD | Difference to none, points | Holm p"
        " | P(better) | Verdict    |\n"
        "| :---------- | ---------------: | ---: | -------------------------: | -----:"
        " | --------: | :--------- |\n"
        "| None        |     92.00 ± 1.96 | 1.58 |                            |       "
        " |           | baseline   |\n"
        "| L1          |     93.20 ± 2.39 | 1.92 |       +1.20 [+0.64, +1.76] |  0.004"
        " |      1.00 | **better** |\n"
        "| L2          |                – |    – |                          – |      –"
        " |         – | –          |\n"
    )


def test_accuracy_table_on_a_terminal() -> None:
    worse = synthetic.found({"none": (0.9, 0.9, 0.9, 0.91, 0.9), "l1": (0.8, 0.8, 0.81, 0.8, 0.8)})
    assert plain_text(tables.short_accuracy_table(worse, REGS)) == (
        "Regularizer  Test accuracy, %  Difference to none, points  Verdict\n"
        "-----------  ----------------  --------------------------  --------\n"
        "None             90.20 ± 0.56                              baseline\n"
        "L1               80.20 ± 0.56      -10.00 [-10.88, -9.12]  worse\n"
        "L2                          –                           –  –\n"
    )


def test_one_seed_has_no_interval() -> None:
    table = tables.accuracy_table(synthetic.found({"none": (0.9,), "l1": (0.91,)}), ("none", "l1"))
    texts = [[cell.text for cell in row] for row in table.rows]
    assert texts == [
        ["None", "90.00", "–", "", "", "", "baseline"],
        ["L1", "91.00", "–", "+1.00", "1.000", "1.00", "too few seeds"],
    ]


@pytest.mark.parametrize(
    "table",
    [
        tables.accuracy_table(synthetic.found(), REGS),
        tables.losses_table(synthetic.found(), REGS),
        tables.classes_table(synthetic.found(), REGS),
        *tables.weights_tables(synthetic.found(), REGS),
        tables.overview_table({"tiny": synthetic.found()}, REGS),
    ],
    ids=lambda table: table.caption,
)
def test_a_cell_that_is_not_there_is_a_row_of_dashes(table: Table) -> None:
    assert [row[0].text for row in table.rows] == ["None", "L1", "L2"]
    assert {cell.text for cell in table.rows[2][1:]} == {"–"}
    assert "–" not in {cell.text for row in table.rows[:2] for cell in row}
    assert {len(row) for row in table.rows} == {len(table.columns)}


def test_weights_share_their_decimals_within_a_column() -> None:
    first, second = tables.weights_tables(synthetic.found(), ("none", "l1"))
    assert (first.caption, second.caption) == ("hidden1", "output")
    assert [[cell.text for cell in row] for row in first.rows] == [
        ["None", "0.123", "1234", "12.3", "6.25"],
        ["L1", "0.123", "2469", "12.3", "6.25"],
    ]


def test_published_runs_beside_the_prediction_interval() -> None:
    # none: 0.92 ± t(0.975, 4) * 0.0158114 * sqrt(6 / 5) = 0.92 ± 0.0480889
    table = tables.published_table(synthetic.found(), DOCUMENT)
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["None", "96.00", "92.00 ± 1.58", "[90.04, 93.96]", "[87.19, 96.81]", "inside"],
        ["L1", "98.00", "93.20 ± 1.92", "[90.81, 95.59]", "[87.35, 99.05]", "inside"],
        ["Dropout", "50.00", "–", "–", "–", "not run"],
    ]
    assert tables.inside(table).endswith(": 2 of 2.")


@pytest.mark.parametrize(
    ("run", "position", "interval"),
    [
        (0.8700, "below", "[87.19, 96.81]"),
        (0.8719, "below", "[87.191, 96.809]"),
        (0.8720, "inside", "[87.19, 96.81]"),
        (0.9680, "inside", "[87.19, 96.81]"),
        (0.9681, "above", "[87.191, 96.809]"),
    ],
)
def test_a_published_run_lies_inside_or_outside(run: float, position: str, interval: str) -> None:
    """A third decimal shows on which side a run lies that rounds to a limit."""
    document = DOCUMENT.model_copy(update={"runs": {"none": run}})
    (row,) = tables.published_table(synthetic.found(), document).rows
    assert [cell.text for cell in row[-2:]] == [interval, position]


def test_overview_marks_what_is_separable() -> None:
    table = tables.overview_table({"tiny": synthetic.found()}, ("none", "l1"))
    assert table.rows[0][1] == Cell("92.00 %")
    assert table.rows[1][1] == Cell("+1.20", "better")
    assert "| **+1.20** |" in markdown(table)


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

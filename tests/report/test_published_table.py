"""Published single runs beside ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regscope.report.published import Document
from regscope.report.published_table import inside, published_table
from tests.report import synthetic

DOCUMENT = Document(
    file="paper.txt",
    section="Table 1",
    title="A paper",
    study="tiny",
    measure="test_accuracy",
    unstated="everything",
    runs={"none": 0.96, "l1": 0.98, "dropout": 0.5},
)


def test_published_runs_beside_the_prediction_interval() -> None:
    """0.92 ± t(0.975, 8) * s * sqrt(6 / 5), s**2 the mean of 0.0158114**2 and 0.0192354**2."""
    table = published_table(synthetic.found(), DOCUMENT)
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["None", "96.00", "92.00 ± 1.58", "[90.04, 93.96]", "[87.55, 96.45]", "6.17",
         "inside"],
        ["L1", "98.00", "93.20 ± 1.92", "[90.81, 95.59]", "[88.75, 97.65]", "6.17", "above"],
        ["Dropout", "50.00", "–", "–", "–", "–", "not run"],
    ]  # fmt: skip
    assert inside(table) == "Published runs inside the interval of one new run of ours: 1 of 2."


@pytest.mark.parametrize(
    ("run", "position", "interval"),
    [
        (0.8700, "below", "[87.55, 96.45]"),
        (0.8755, "below", "[87.552, 96.448]"),
        (0.8756, "inside, says little", "[87.55, 96.45]"),
        (0.9644, "inside, says little", "[87.55, 96.45]"),
        (0.9645, "above", "[87.552, 96.448]"),
    ],
)
def test_a_published_run_lies_inside_or_outside(run: float, position: str, interval: str) -> None:
    """A third decimal shows on which side a run lies that rounds to a limit."""
    document = replace(DOCUMENT, runs={"none": run})
    (row,) = published_table(synthetic.found(), document).rows
    assert [row[-3].text, row[-1].text] == [interval, position]


def test_most_of_the_others_outside_is_what_makes_a_run_inside_say_something() -> None:
    document = replace(DOCUMENT, runs={"none": 0.93, "l1": 0.94, "l2": 0.95})
    table = published_table(synthetic.found(), document)
    assert [row[-1].text for row in table.rows] == ["inside, says little"] * 2 + ["not run"]
    assert inside(table) == (
        "Published runs inside the interval of one new run of ours: 2 of 2. Of all of these that"
        " says little: most others would lie inside as well."
    )


def test_losses_have_three_decimals_and_no_unit() -> None:
    """Test losses are 0.25 to 0.29: 0.27 ± t(0.975, 8) * 0.0158114 * sqrt(6 / 5)."""
    document = replace(DOCUMENT, measure="test_loss", runs={"none": 2.347, "l1": 0.2701})
    table = published_table(synthetic.found(), document)
    assert table.caption == "A paper, Table 1, test loss"
    assert table.columns[1:3] == ("Published, one run", "Measured, mean ± SD")
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["None", "2.347", "0.270 ± 0.016", "[0.250, 0.290]", "[0.230, 0.310]", "0.055", "above"],
        ["L1", "0.270", "0.270 ± 0.016", "[0.250, 0.290]", "[0.230, 0.310]", "0.055", "inside"],
    ]

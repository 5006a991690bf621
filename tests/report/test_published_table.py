"""Published single runs beside ours."""

from __future__ import annotations

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
    # none: 0.92 ± t(0.975, 4) * 0.0158114 * sqrt(6 / 5) = 0.92 ± 0.0480889
    table = published_table(synthetic.found(), DOCUMENT)
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["None", "96.00", "92.00 ± 1.58", "[90.04, 93.96]", "[87.19, 96.81]", "inside"],
        ["L1", "98.00", "93.20 ± 1.92", "[90.81, 95.59]", "[87.35, 99.05]", "inside"],
        ["Dropout", "50.00", "–", "–", "–", "not run"],
    ]
    assert inside(table).endswith(": 2 of 2.")


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
    (row,) = published_table(synthetic.found(), document).rows
    assert [cell.text for cell in row[-2:]] == [interval, position]


def test_losses_have_three_decimals_and_no_unit() -> None:
    """Test losses are 0.25 to 0.29: 0.27 ± t(0.975, 4) * 0.0158114 * sqrt(6 / 5)."""
    update = {"measure": "test_loss", "runs": {"none": 2.347, "l1": 0.2701}}
    document = DOCUMENT.model_copy(update=update)
    table = published_table(synthetic.found(), document)
    assert table.caption == "A paper, Table 1, test loss"
    assert table.columns[1:3] == ("Published, one run", "Measured, mean ± SD")
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["None", "2.347", "0.270 ± 0.016", "[0.250, 0.290]", "[0.222, 0.318]", "above"],
        ["L1", "0.270", "0.270 ± 0.016", "[0.250, 0.290]", "[0.222, 0.318]", "inside"],
    ]

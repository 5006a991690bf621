"""Weights, units, pruning and predictions of a small study, as tables."""

from __future__ import annotations

from regscope.report import prediction_tables, seeds_tables, unit_tables, weights_tables
from regscope.report.render import Table
from tests.report import synthetic

REGS = ("none", "l1")
FOUND = synthetic.found()


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_weights_share_their_decimals_within_a_column() -> None:
    first, second = weights_tables.layer_tables(FOUND, REGS)
    assert (first.caption, second.caption) == ("hidden1", "output")
    by_column = {head: [row[i] for row in texts(first)] for i, head in enumerate(first.columns)}
    assert by_column["SD"] == ["0.123", "0.123"]
    assert by_column["L1 norm"] == ["1234", "2469"]
    assert by_column["Excess kurtosis"] == ["−0.99", "−0.99"]
    assert by_column["Near zero, %"] == ["6.25", "6.25"]


def test_total_variation_is_of_the_first_layer_only() -> None:
    first, second = weights_tables.layer_tables(FOUND, REGS)
    assert first.columns[-1] == "Total variation"
    assert "Total variation" not in second.columns


def test_both_forms_of_l1_side_by_side() -> None:
    assert weights_tables.l1_table(FOUND) is None
    both = synthetic.found(dict.fromkeys(("none", "l1", "l1_prox"), (0.9, 0.92)))
    both.seeds.loc[both.seeds["reg"] == "l1_prox", "zero_fraction"] = 0.4321
    table = weights_tables.l1_table(both)
    assert table is not None
    assert table.columns == ("Measure", "L1", "Proximal L1")
    assert ["Exactly zero, %", "0.00", "43.21"] in texts(table)
    assert ["Test accuracy, %", "91.00", "91.00"] in texts(table)


def test_pruning_has_a_row_a_share() -> None:
    table = unit_tables.pruning_curve_table(FOUND, ("none", "l2"))
    assert table.columns == ("Removed, %", "None", "L2")
    assert table.caption.endswith("each relative to its layer's root mean square")
    assert texts(table) == [["0", "90.00", "–"], ["50", "65.00", "–"], ["100", "40.00", "–"]]


def test_robustness_is_the_mean_over_severities() -> None:
    table = prediction_tables.robustness_table(FOUND, REGS)
    assert table.columns == (
        "Regularizer", "Clean", "Blur", "Pixel dropout", "Mean", "Drop, points", "Input gradient",
    )  # fmt: skip
    # 0.9 less 0.1 to 0.5, whose mean is 0.3.
    assert texts(table)[0] == ["None", "90.00", "60.00", "60.00", "70.00", "20.00", "0.456"]


def test_severities_from_clean_to_strongest() -> None:
    blur, _ = prediction_tables.severity_tables(FOUND, REGS)
    assert blur.caption == "Blur: test accuracy, %"
    assert blur.columns[1:3] == ("Clean", "Severity 1")
    assert texts(blur)[1] == ["L1", "90.00", "80.00", "70.00", "60.00", "50.00", "40.00"]


def test_calibration_has_top_5_only_where_it_was_measured() -> None:
    assert len(prediction_tables.calibration_table(FOUND, REGS).columns) == 4
    many = synthetic.found()
    many.seeds["top5_accuracy"] = 0.99
    table = prediction_tables.calibration_table(many, REGS)
    assert texts(table)[0][4] == "99.00 ± 0.00"


def test_pairs_are_those_of_most_errors() -> None:
    table = prediction_tables.pairs_table(FOUND, REGS)
    assert table.columns[:3] == ("Regularizer", "0 and 1", "0 and 2")
    assert texts(table)[0][:3] == ["None", "13.0", "12.0"]


def test_confused_pairs_of_every_cell() -> None:
    table = prediction_tables.confused_table(FOUND, ("none", "l2"), most=2)
    assert texts(table) == [
        ["None", "0 and 1", "13.0", "13.0", "+6.0 [+5.0, +7.0]", "<0.001"],
        ["None", "0 and 2", "12.0", "12.0", "+5.0 [+4.0, +6.0]", "<0.001"],
    ]


def test_a_note_for_every_cell_that_the_seeds_cannot_tell() -> None:
    assert not seeds_tables.undecided_table(FOUND, REGS).rows
    near = synthetic.found(
        {"none": (0.9, 0.91, 0.92, 0.93, 0.94), "l1": (0.94, 0.9, 0.92, 0.9, 0.95)}
    )
    ((reg, note),) = seeds_tables.undecided_table(near, REGS).rows
    assert reg.text == "L1"
    assert note.text.startswith("These 5 seeds can show differences from ")


def test_seeds_wanted_fall_with_the_difference() -> None:
    table = seeds_tables.wanted_table(FOUND, REGS)
    assert table.columns[2:] == ("0.1 points", "0.25 points", "0.5 points", "1 point")
    none, l1 = texts(table)
    assert none[1:] == [""] * 5
    assert l1[1] == "0.45"
    counts = [int(text.replace(",", "")) for text in l1[2:]]
    assert counts == sorted(counts, reverse=True)

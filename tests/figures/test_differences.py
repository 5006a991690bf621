"""Differences to none, epoch by epoch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from regscope.figures import curves, data, differences
from regscope.figures.cells import CellData
from regscope.figures.layout import sheet
from regscope.figures.marks import Mark
from regscope.statistics import mean_interval
from regscope.study.params import load_params

NONE = np.array([[0.5, 0.6, 0.7, 0.9], [0.4, 0.6, 0.8, 0.8]])


def cell(reg: str, values: np.ndarray) -> CellData:
    return CellData(reg, reg, Mark("#000000"), {"holdout_accuracy": values}, {}, {})


CELLS = (cell("none", NONE), cell("l1", NONE + 0.01), cell("l2", NONE + np.array([[0.02], [0.04]])))


def test_a_difference_is_of_the_same_seed_in_points() -> None:
    found = differences.bands(CELLS, "holdout_accuracy", 1, 100)
    assert list(found) == ["l1", "l2"]
    np.testing.assert_allclose(found["l1"], np.ones((3, 4)))
    interval = mean_interval(np.array([2.0, 4.0]))
    expected = np.array([[interval.low], [3.0], [interval.high]])
    np.testing.assert_allclose(found["l2"], np.broadcast_to(expected, (3, 4)))


def test_epochs_are_averaged_and_one_seed_has_no_band() -> None:
    rising = cell("l1", NONE[:1] + np.array([0, 0.02, 0.04, 0.08]))
    found = differences.bands((cell("none", NONE[:1]), rising), "holdout_accuracy", 2, 100)
    np.testing.assert_allclose(found["l1"][1], [1, 6])
    assert np.isnan(found["l1"][[0, 2]]).all()


def test_the_axis_holds_zero_and_the_later_epochs_of_what_learned() -> None:
    bands = {
        "l1": np.array([[-9.0, -9, 1, 1], [-8, -8, 1.5, 1.5], [-7, -7, 2, 2]]),
        "l2": np.full((3, 4), -50.0),
    }
    low, high = differences.limits(bands, ("l2",))
    assert low == pytest.approx(-0.12)
    assert high == pytest.approx(2.12)
    low, _ = differences.limits(bands, ())
    assert low < -50
    # Where nothing learned there is nothing else to show.
    low, high = differences.limits(bands, ("l1", "l2"))
    assert low < -50 < 2 < high
    alone = np.array([[np.nan, np.nan], [0.0, 0.0], [np.nan, np.nan]])
    low, high = differences.limits({"l1": alone}, ())
    assert low < 0 < high


def test_without_a_baseline_or_another_cell_nothing_is_held_against_it() -> None:
    assert differences.height(CELLS) > 0
    assert differences.height(CELLS[:1]) == differences.height(CELLS[1:]) == 0
    assert differences.bands(CELLS[1:], "holdout_accuracy", 1, 100) == {}


@pytest.mark.usefixtures("studies")
def test_every_other_cell_has_a_panel_of_its_own_with_its_difference() -> None:
    loaded = data.load("pictures", load_params())
    whole = curves.draw(loaded)
    panels = [axis for axis in whole.axes if axis.get_visible()]
    assert len(panels) == 6 + 2
    baseline, *others = (cell.history["holdout_accuracy"] for cell in loaded.cells)
    for axis, values in zip(panels[6:], others, strict=True):
        line = next(line for line in axis.lines if not str(line.get_label()).startswith("_"))
        drawn = np.asarray(line.get_ydata())
        np.testing.assert_allclose(drawn, 100 * (values - baseline).mean(0))
    assert {axis.get_ylim() for axis in panels[6:]} == {panels[6].get_ylim()}
    alone = curves.draw(replace(loaded, cells=loaded.cells[:1]))
    assert len(alone.axes) == 6


def test_where_a_curve_leaves_its_panel_that_is_said() -> None:
    same = np.zeros((3, 4))

    def told(l1: list[float], lost: tuple[str, ...] = ()) -> list[list[str]]:
        (part,) = sheet(6, 3, "", "").subfigures(1, 1, squeeze=False).flat
        found = {"l1": np.broadcast_to(np.array(l1), (3, 4)), "l2": same}
        differences.draw(part, CELLS, np.arange(1, 5), found, "Difference", lost)
        # The first two texts of a panel are its colour and its name.
        return [[text.get_text() for text in axis.texts[2:]] for axis in part.axes]

    assert told([1, 1, 1, 1]) == [[], []]
    assert told([-50, 0, 1, 1]) == [["axis cut"], []]
    assert told([-50, -50, -50, -50], lost=("l1",)) == [["below this axis"], []]
    assert told([9, 9, 9, 9], lost=("l1",)) == [["above this axis"], []]

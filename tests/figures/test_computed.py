"""What the figures compute, against known answers."""

from __future__ import annotations

import numpy as np
import pytest

from regscope.figures import accuracy, confusion, curves, heatmaps, layers, layout, series, weights
from regscope.statistics import mean_interval


def test_the_band_of_a_curve_is_the_mean_interval_of_every_epoch() -> None:
    values = np.random.default_rng(0).normal(size=(5, 4))
    mean, reach = series.mean_and_reach(values)
    for epoch in range(4):
        interval = mean_interval(values[:, epoch])
        assert mean[epoch] == pytest.approx(interval.mean)
        assert mean[epoch] + reach[epoch] == pytest.approx(interval.high)


def test_a_gap_is_the_first_column_less_the_second() -> None:
    train, test = np.array([[1.0, 0.9]]), np.array([[0.8, 0.85]])
    assert series.difference([train]) is train
    np.testing.assert_allclose(series.difference([train, test]), [[0.2, 0.05]])
    panels = curves.LOSSES | curves.ACCURACIES
    titles = [title for title, columns in panels.items() if len(columns) == 2]
    assert titles == ["Loss gap (test − training)", "Accuracy gap (training − test), points"]


def test_one_seed_has_no_band() -> None:
    mean, reach = series.mean_and_reach(np.array([[1.0, 2.0]]))
    assert mean.tolist() == [1, 2]
    assert np.isnan(reach).all()


@pytest.mark.parametrize(
    ("window", "expected"), [(1, [1, 2, 3, 4, 5]), (2, [1, 2.5, 4.5]), (5, [3]), (9, [3])]
)
def test_averages_end_with_the_last_epoch(window: int, expected: list[float]) -> None:
    assert series.average(np.array([[1.0, 2, 3, 4, 5]]), window).tolist() == [expected]


def test_densities_are_of_all_weights_also_those_outside() -> None:
    found = weights.density(np.array([0.0, 0.1, 0.9, 7.0]), np.array([-0.5, 0.5, 1.0]))
    assert found.tolist() == [0.5, 0.5]


def test_boxes_end_at_the_outer_hundredths() -> None:
    assert layers.box(np.arange(101.0).reshape(1, 101)).tolist() == [1, 25, 50, 75, 99]


def test_confusion_in_percent_of_the_actual_class() -> None:
    counts = np.array([[8, 2, 0], [0, 0, 0], [1, 0, 3]])
    percent = confusion.row_percent(counts)
    assert percent.tolist() == [[80, 20, 0], [0, 0, 0], [25, 0, 75]]
    assert confusion.most_confused(percent, ("a", "b", "c")) == "c taken for a: 25.0 %"
    long = ("a", "b", "European fire salamander")
    assert confusion.most_confused(percent, long) == "European fir… taken for a: 25.0 %"
    assert confusion.most_confused(np.eye(3) * 100, ("a", "b", "c")) == "no mistakes"


def test_receptive_fields_of_dense_and_convolutional_layers() -> None:
    dense = np.arange(24.0).reshape(3, 8)
    fields = heatmaps.receptive_fields(dense, (2, 2, 2), units=2)
    assert fields.tolist() == [[[2, 3], [4, 5]], [[10, 11], [12, 13]]]
    kernels = np.ones((5, 3, 2, 2))
    assert heatmaps.receptive_fields(kernels, (3, 9, 9), units=4).shape == (4, 2, 2)


def test_a_strip_has_gaps_between_pictures_only() -> None:
    found = heatmaps.strip(np.ones((2, 1, 2)), gap=1)
    np.testing.assert_array_equal(found, [[1, 1, np.nan, 1, 1]])


@pytest.mark.parametrize(
    ("verdicts", "title"),
    [
        ([], "Error"),
        (["too few seeds"] * 2, "Error: too few seeds to compare"),
        (["worse", "better", "worse"], "Error against none: 1 better, 2 worse"),
        (
            ["no difference that matters", "undecided", "no difference that matters"],
            "Error against none: 2 with no difference that matters, 1 undecided",
        ),
        (
            ["undecided", "lower", "higher", "lower"],
            "Error against none: 1 higher, 2 lower, 1 undecided",
        ),
    ],
)
def test_the_tally_of_verdicts(verdicts: list[str], title: str) -> None:
    assert accuracy.tally("Error", verdicts) == title


@pytest.mark.parametrize(
    ("count", "columns"), [(3, 3), (4, 4), (5, 5), (6, 3), (7, 4), (8, 4), (9, 3), (10, 5)]
)
def test_panels_leave_few_places_empty(count: int, columns: int) -> None:
    assert layout.fitting(count) == columns


@pytest.mark.parametrize(
    ("used", "text"),
    [
        (None, ""),
        (10_000, ""),
        (20_000, ""),
        (500, "the first 500 of every seed's 10,000 test examples"),
    ],
)
def test_which_examples_are_named_only_where_not_all(used: int | None, text: str) -> None:
    assert layout.first_examples(used, 10_000) == text


def test_captions_break_between_notes() -> None:
    assert layout.wrapped("one · two · three four five · six\nseven", 12) == (
        "one · two\nthree four five\nsix\nseven"
    )

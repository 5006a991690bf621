"""The figures of what is inside the networks: what is drawn is what the tables say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from regscope.figures import (
    accuracy,
    data,
    heatmaps,
    pruning,
    reliability,
    robustness,
    structure,
    study,
    units,
)
from regscope.figures import weights as weight_figure
from regscope.figures.style import TYPE, render
from regscope.study.params import load_params
from tests.figures import tables


@pytest.fixture
def pictures(studies: Path) -> data.StudyData:
    return data.load("pictures", load_params())


@pytest.fixture
def points(studies: Path) -> data.StudyData:
    return data.load("points", load_params())


def test_pruning_draws_a_line_a_cell_without_the_empty_network(pictures: data.StudyData) -> None:
    curves, summary, *layers = _axes(pruning.draw(pictures))
    assert [axis.get_title(loc="left") for axis in layers] == [
        "Only hidden1", "Only hidden2", "Only output",
    ]  # fmt: skip
    fractions = np.array(tables.FRACTIONS[:-1])
    for axis in (curves, *layers):
        assert len(_cells(axis)) == 3
        for number, line in enumerate(_cells(axis)):
            np.testing.assert_allclose(_xy(line)[0], -np.log10(1 - fractions))
            np.testing.assert_allclose(_xy(line)[1], 90 + number - 40 * fractions)
    bands = [one for one in curves.collections if not isinstance(one, PathCollection)]
    assert len(bands) == 3
    heights = bands[1].get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx((91 - 40 * 0.99 - 2, 91 + 2))
    shares = np.array([0.5005, 0.7005, 0.9005])
    np.testing.assert_allclose(_rows(curves), -np.log10(1 - shares))
    np.testing.assert_allclose(np.sort(_dots(curves)[:, 1]), [89, 90, 91])
    np.testing.assert_allclose(_rows(summary), 100 * shares)
    assert not layers[0].collections, "single layers have no bands"


def test_of_deep_networks_only_all_layers_together_are_drawn(pictures: data.StudyData) -> None:
    table = pictures.results.pruning
    results = replace(pictures.results, pruning=table[table["scope"] == "all"])
    deep = replace(pictures, results=results)
    figure = pruning.draw(deep)
    assert [axis.get_title(loc="left") for axis in _axes(figure)] == [
        "All layers together", "What can go for one point of accuracy, %",
    ]  # fmt: skip
    assert "single layers" not in _caption(figure)
    assert render(pruning.draw, deep).startswith(b"\x89PNG")


def test_deep_networks_are_not_shown_layer_by_layer(
    pictures: data.StudyData, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = set(study.figures(pictures))
    monkeypatch.setattr(study, "MOST_LAYERS_ALONE", 2)
    assert everything - set(study.figures(pictures)) == {"structure.png", "weights_by_layer.png"}


def test_captions_name_the_examples_where_not_all_are_used(pictures: data.StudyData) -> None:
    drawn = (pruning.draw, robustness.draw, units.draw)
    assert not any("first" in _caption(draw(pictures)) for draw in drawn)
    evaluation = pictures.study.evaluation.model_copy(update={"examples": 7})
    study = pictures.study.model_copy(update={"evaluation": evaluation})
    for draw in drawn:
        found = _caption(draw(replace(pictures, study=study)))
        assert "on the first 7 of every seed's 20 test examples" in found


def test_pruning_ranks_weights_by_their_size_in_the_layer(pictures: data.StudyData) -> None:
    figure = pruning.draw(pictures)
    assert "each relative to its layer's root mean square" in _caption(figure)
    curves, _, *layers = _axes(figure)
    assert "relative to their layer's root mean square" in curves.get_xlabel()
    assert {axis.get_xlabel() for axis in layers} == {"Smallest weights removed, %"}


def test_pruning_says_with_which_cells_most_and_fewest_can_go(pictures: data.StudyData) -> None:
    found = np.array([[48.0, 50, 52], [68, 70, 72], [88, 90, 92]])
    assert pruning.title(pictures, found) == (
        "Most weights can go with Mine (90 %), fewest with None (50 %)"
    )
    found[:2] = found[2]
    assert pruning.title(pictures, found) == (
        "How many of the smallest weights can go: no cell stands out"
    )
    found[0] = 1, 2, 3
    assert pruning.title(pictures, found) == (
        "Most weights can go with L1 and Mine (90 %, intervals overlap), fewest with None (2 %)"
    )


def test_robustness_draws_a_panel_a_corruption_and_ranks_the_cells(
    pictures: data.StudyData,
) -> None:
    figure = robustness.draw(pictures)
    *panels, ranking = [axis for axis in _axes(figure) if axis.get_visible()]
    assert [axis.get_title(loc="left") for axis in panels] == [
        "Shift", "Pixel dropout", "Blur", "Contrast",
    ]  # fmt: skip
    for axis in panels:
        for number, line in enumerate(_cells(axis)):
            np.testing.assert_allclose(_xy(line)[0], range(6))
            np.testing.assert_allclose(_xy(line)[1], 90 + number - 10 * np.arange(6))
    assert [label.get_text() for label in ranking.get_yticklabels()] == ["Mine", "L1", "None"]
    np.testing.assert_allclose(_rows(ranking), [62, 61, 60])
    assert [(text.get_text(), text.get_position()[1]) for text in ranking.texts] == [("▲", 1)]
    assert _title(figure) == ("Accuracy on corrupted examples against none: 1 better, 1 undecided")


def test_points_have_one_corruption(points: data.StudyData) -> None:
    jitter, ranking = _axes(robustness.draw(points))
    assert jitter.get_title(loc="left") == "Jitter"
    assert len(_cells(jitter)) == 3
    assert ranking.get_title(loc="left") == "Mean, %"


def test_reliability_draws_a_panel_a_cell_and_rare_bins_hollow(pictures: data.StudyData) -> None:
    axes = [axis for axis in _axes(reliability.draw(pictures)) if axis.get_visible()]
    notes = ["ECE 8.0 %", "ECE 8.0 %, better", "ECE 8.0 %, undecided"]
    assert [axis.texts[-1].get_text() for axis in axes] == notes
    for axis in axes:
        diagonal, enough, rare = axis.lines
        assert np.array(_xy(diagonal)).tolist() == [[0, 100], [0, 100]]
        np.testing.assert_allclose(_xy(enough), [[98], [90]])
        np.testing.assert_allclose(_xy(rare), [[25], [100]])
        assert rare.get_markerfacecolor() == "white"
        (bars,) = axis.patches
        heights, edges, _ = bars.get_data()
        np.testing.assert_allclose(edges, np.linspace(0, 100, 16))
        np.testing.assert_allclose(heights, [0, 0, 0, 0.05, *[0] * 10, 99.95])


def test_units_draw_a_row_of_panels_a_hidden_layer(pictures: data.StudyData) -> None:
    figure = units.draw(pictures)
    assert [axis.get_title(loc="left") for axis in _axes(figure)] == [
        "hidden1: correlation", "hidden1: effective rank of 3 units", "hidden1: dead units, %",
        "hidden2: correlation", "hidden2: effective rank of 2 units", "hidden2: dead units, %",
    ]  # fmt: skip
    means: Any = [_offsets(axis.collections[-1])[:, 0] for axis in _axes(figure)]
    expected = np.array([[0.1, 0.2, 0.3], [2.5, 3.5, 4.5], [25, 25, 25]])
    np.testing.assert_allclose(np.array(means[:3]), expected)
    assert _title(figure) == ("Correlation between hidden units against none: 1 lower, 1 undecided")


def test_without_hidden_units_none_are_drawn(pictures: data.StudyData) -> None:
    assert units.drawable(pictures)
    results = replace(pictures.results, units=pictures.results.units.iloc[:0])
    assert not units.drawable(replace(pictures, results=results))


def test_structure_draws_a_panel_a_measure_and_a_mark_a_layer(pictures: data.StudyData) -> None:
    panels = {axis.get_title(loc="left"): axis for axis in _axes(structure.draw(pictures))}
    assert list(panels) == [
        "Excess kurtosis", "Hoyer sparsity", "Gini index", "Exactly zero, %", "Near zero, %",
        "Stable rank", "Spectral norm", "Total variation of filters",
    ]  # fmt: skip
    marks = panels["Stable rank"].collections[1::2]
    assert len(marks) == 3
    for place, mark in enumerate(marks):
        np.testing.assert_allclose(_offsets(mark)[:, 0], [3 + place, 4 + place, 5 + place])
        np.testing.assert_allclose(_offsets(mark)[:, 1], np.arange(3) + 0.22 * (place - 1))
    assert panels["Excess kurtosis"].get_xscale() == "symlog"
    assert panels["Hoyer sparsity"].get_xscale() == "linear"
    assert panels["Exactly zero, %"].get_xlim()[1] == 1


def test_the_key_of_many_layers_leaves_the_title_room(pictures: data.StudyData) -> None:
    names = [*(f"conv{number}" for number in range(1, 6)), "dense1", "dense2", "output"]
    table = pictures.results.layers
    one = table[table["layer"] == "hidden1"]
    cells = tuple(
        replace(cell, weights=dict.fromkeys(names, cell.weights["hidden1"]))
        for cell in pictures.cells
    )
    layers = pd.concat([one.assign(layer=name) for name in names])
    deep = replace(pictures, cells=cells, results=replace(pictures.results, layers=layers))
    with style.context(["default", TYPE]):
        figure = structure.draw(deep)
        figure.canvas.draw()
    (key,) = figure.legends
    title = next(text for text in figure.texts if text.get_text().startswith("Structure"))
    assert [text.get_text() for text in key.get_texts()] == names
    assert not key.get_window_extent().overlaps(title.get_window_extent())


def test_only_filters_of_pictures_have_a_total_variation(
    pictures: data.StudyData, points: data.StudyData
) -> None:
    title = "Total variation of filters"
    drawn = {
        study.dataset.kind: [axis.get_title(loc="left") for axis in _axes(structure.draw(study))]
        for study in (pictures, points)
    }
    assert title in drawn["image"]
    assert title not in drawn["points"]
    texts = [text.get_text() for axis in _axes(heatmaps.draw(pictures)) for text in axis.texts]
    assert sum("variation 1.50" in text for text in texts) == 3


def test_weights_say_what_is_near_zero_and_what_is_zero(pictures: data.StudyData) -> None:
    figure = weight_figure.draw(pictures)
    notes = [axis.texts[-1].get_text() for axis in _axes(figure)]
    assert notes == [
        "near zero 0.0 %, zero 0.0 %",
        "near zero 10.0 %, zero 5.0 %",
        "near zero 20.0 %, zero 10.0 %",
    ]
    assert _title(figure).endswith("most near zero with Mine (20.0 %; 10.0 % exactly zero)")


def _axes(figure: Figure) -> list[Any]:
    return list(figure.axes)


def _xy(line: Any) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


def _offsets(collection: Any) -> np.ndarray:
    return np.asarray(collection.get_offsets())


def _dots(axis: Axes) -> np.ndarray:
    """Where the dots of all shapes are, `[n, 2]`."""
    return np.concatenate([_offsets(d) for d in axis.collections if isinstance(d, PathCollection)])


def _rows(axis: Axes) -> np.ndarray:
    """How far across the dots are, from the first row on."""
    found = _dots(axis)
    across: np.ndarray = found[np.argsort(found[:, 1]), 0]
    return across


def _caption(figure: Figure) -> str:
    return " ".join(figure.get_supxlabel().split())


def _title(figure: Figure) -> str:
    title = figure.get_suptitle()
    return " ".join(title.split())


def test_a_cell_that_learned_nothing_leaves_the_axis_to_the_others(
    pictures: data.StudyData,
) -> None:
    seeds = pictures.results.seeds.copy()
    lost = pictures.cells[1]
    seeds.loc[seeds["reg"] == lost.reg, "test_accuracy"] = 0.01
    seeds.loc[seeds["reg"] != lost.reg, "test_accuracy"] = 0.9
    classes = pd.DataFrame({"reg": "none", "class": list("0123456789"), "support": 10.0})
    results = replace(pictures.results, seeds=seeds, classes=classes)
    figure = accuracy.draw(replace(pictures, results=results))
    (axis,) = _axes(figure)
    texts = [text.get_text() for text in axis.texts]
    assert texts.count("◂") == 1
    assert "1.00 %" in texts
    assert axis.get_xlim()[0] > 50
    assert "no seed is better than a guess" in _caption(figure)


def test_the_constant_guess_is_a_line_where_the_axis_reaches_it(pictures: data.StudyData) -> None:
    """Of two classes as frequent it is 50 %: networks that lose all their weights come down to it,
    test accuracies do not."""
    top = _axes(pruning.draw(pictures))[0]
    [line] = [line for line in top.lines if line.get_gid() == "guess"]
    assert set(np.asarray(line.get_ydata())) == {50.0}
    figure = accuracy.draw(pictures)
    assert not [line for line in _axes(figure)[0].lines if line.get_gid() == "guess"]
    assert "the constant guess (50.00 %)" in " ".join(_caption(figure).split())


def _cells(axis: Axes) -> list[Line2D]:
    return [line for line in axis.lines if line.get_gid() != "guess"]

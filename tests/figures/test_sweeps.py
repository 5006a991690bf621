"""The figures of strength paths and of pairs: that they can be drawn, and what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.text import Text

from regscope.figures import pairs, paths
from regscope.figures.style import DPI, TYPE
from regscope.sweeps.gather import COLUMNS, SweepResults
from regscope.sweeps.pairs import compare_pairs
from regscope.sweeps.tuned import tuned

STRENGTHS = {"l1": (0.0, 1e-5, 1e-3, 1e-1), "dropout": (0.0, 0.1, 0.5)}


@pytest.fixture
def results() -> SweepResults:
    draws = np.random.default_rng(0)
    table = pd.DataFrame(
        [
            {name: draws.uniform(0.9, 1) for name in COLUMNS}
            | {"family": family, "strength": strength, "seed": seed}
            for family, strengths in STRENGTHS.items()
            for strength in strengths
            for seed in range(5)
        ]
    )
    measures = pd.DataFrame(
        [
            {"first": first, "second": second, "seed": seed, "validation_accuracy": 0.9,
             "test_accuracy": 0.9 + draws.normal(0, 1e-3) + 0.02 * bool(second)}
            for first, second in (("", ""), ("l1", ""), ("dropout", ""), ("l1", "dropout"))
            for seed in range(5)
        ]
    )  # fmt: skip
    return SweepResults(
        title="A study",
        paths=table,
        tuned=tuned(table),
        pairs=compare_pairs(measures),
        published={"l1": 3e-4, "dropout": None},
        settings={},
    )


def test_paths_say_what_was_chosen_and_what_it_gives(results: SweepResults) -> None:
    figure = paths.draw(results)
    written = _written(figure)
    chosen = results.tuned.iloc[0]
    assert f"chosen {paths.number(chosen['strength'])}" in written
    assert f"test {100 * chosen['difference']:+.2f} points".replace("-", "−") in written
    assert "study 0.0003" in written
    assert written.count(" · study ") == 1, "dropout's own cell lies on no path"
    assert "A study · 5 seeds" in written
    assert len(figure.axes) == 2 * len(paths.PANELS)
    assert [axis.get_xscale() for axis in figure.axes[:: len(paths.PANELS)]] == ["log", "linear"]


def test_powers_of_ten_alone_are_typeset(results: SweepResults) -> None:
    with style.context(["default", TYPE]):
        figure = paths.draw(replace(results, title="From $ to $$"))
        figure.canvas.draw()
    typeset = {
        text.get_text()
        for text in figure.findobj(Text)
        if isinstance(text, Text) and text.get_text() and text.get_parse_math()
    }
    assert r"$\mathdefault{10^{-3}}$" in typeset
    assert all(text.startswith(r"$\mathdefault{10^{") for text in typeset)


def test_paths_say_what_was_left_out_and_what_the_grid_ends_with(results: SweepResults) -> None:
    table = results.paths
    best = {("l1", 0.0), ("dropout", 0.5)}
    at_best = [pair in best for pair in zip(table["family"], table["strength"], strict=True)]
    table = table.assign(validation_accuracy=np.where(at_best, 0.95, 0.9))
    written = _written(paths.draw(replace(results, paths=table, tuned=tuned(table))))
    assert "chosen 0 (from 0 to 0) · study 0.0003 · validation is best without it: left" in written
    assert "chosen 0.5, the largest tried (from 0.5 to 0.5) · test " in written
    assert written.count("points [") == 1


def test_accuracies_are_cut_only_where_a_strength_ruins_the_network(results: SweepResults) -> None:
    table = results.paths
    assert ("axis cut below" in _written(paths.draw(results))) == (
        table["test_accuracy"].min() < 0.5
    )
    ruined = table.assign(test_accuracy=table["test_accuracy"].where(table["strength"] < 0.1, 0.1))
    figure = paths.draw(replace(results, paths=ruined))
    assert "axis cut below" in _written(figure)
    assert figure.axes[0].get_ylim()[0] > 85


def test_a_pair_is_marked_by_its_verdict(results: SweepResults) -> None:
    assert results.pairs is not None
    pair = results.pairs.iloc[0]
    assert pair["verdict"] == "better"
    written = _written(pairs.draw(results))
    assert f"▲ {pairs.signed(100 * pair['difference'])}" in written
    assert f"vs. {'Dropout' if pair['better_part'] == 'dropout' else 'L1'}" in written
    assert pairs.signed(100 * pair["interaction"]) in written
    undecided = replace(results, pairs=results.pairs.assign(verdict="undecided"))
    assert "▲ +" not in _written(pairs.draw(undecided))


@pytest.mark.parametrize(
    ("verdicts", "line"),
    [
        (["better"], "Two methods together: 1 of 1 pair beats its better part"),
        (["undecided", "worse"], "0 of 2 pairs beat their better part, 1 worse"),
    ],
)
def test_the_title_is_the_tally(verdicts: list[str], line: str) -> None:
    assert line in pairs.title(verdicts)


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (1e-5, "1e-5"), (3e-4, "0.0003"), (0.15, "0.15"), (2.0, "2")]
)
def test_strengths_are_written_short(value: float, text: str) -> None:
    assert paths.number(value) == text


def test_figures_fit_on_a_page(results: SweepResults) -> None:
    for draw in (paths.draw, pairs.draw):
        assert DPI * draw(results).get_size_inches()[0] <= 1250


def _written(figure: Figure) -> str:
    """All text in a figure."""
    from matplotlib.text import Text

    texts = figure.findobj(Text)
    return "\n".join(text.get_text() for text in texts if isinstance(text, Text))

"""`Trained.plot_weights` and `regscope.plot_compare`: what is drawn, and what is refused."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib import rcParams, style
from matplotlib.figure import Figure
from PIL import Image
from torch import nn

import regscope
from regscope.datasets import Dataset
from regscope.figures.weights import BINS
from regscope.study.params import Study
from tests import tiny

ROOT = Path(__file__).parents[2]
NONE = [0.90, 0.91, 0.92, 0.93, 0.94]
BETTER = [0.92, 0.93, 0.94, 0.95, 0.961]
WORSE = [0.87, 0.88, 0.891, 0.90, 0.91]


def cell(
    reg: str,
    scores: Sequence[float] = NONE,
    layers: Sequence[Sequence[Sequence[float]]] = ([[1.0, -1.0]],),
    **changes: Any,
) -> regscope.Trained:
    """A trained cell with these scores, one a seed, all of whose networks have these weights."""
    written = tiny.study().model_dump(mode="json", exclude_none=True)
    written["training"]["epochs"] = 1
    written["regularizers"] = {"none": {}, reg: {}}
    seeds = range(len(scores))
    history = {"seed": seeds, "epoch": 1, "holdout_accuracy": scores}
    return regscope.Trained(
        Study.model_validate(written | changes),
        reg,
        tuple(seeds),
        tuple(network(layers) for _ in seeds),
        pd.DataFrame(history),
        Dataset("points", np.zeros((1, 2), np.float32), np.zeros(1, np.int64), ("a", "b")),
        "cpu",
    )


def network(layers: Sequence[Sequence[Sequence[float]]]) -> nn.Module:
    found = []
    for values in layers:
        weight = torch.tensor(values)
        found.append(nn.Linear(weight.shape[1], weight.shape[0]))
        found[-1].weight.data = weight
    return nn.Sequential(*found)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_every_seed_the_mean_and_the_interval_are_drawn_in_percent() -> None:
    (axis,) = regscope.plot_compare(cell("none"), cell("l2", BETTER)).axes
    seeds: Any = [points.get_offsets() for points in axis.collections]
    np.testing.assert_allclose(seeds[0][:, 0], [90, 91, 92, 93, 94])
    np.testing.assert_allclose(seeds[1][:, 0], [92, 93, 94, 95, 96.1])
    baseline, interval, mean, *_ = [line.get_xydata() for line in axis.lines]
    np.testing.assert_allclose(np.asarray(baseline)[:, 0], [92, 92])
    # t = 2.7764 with 4 degrees of freedom, and a standard deviation of the root of 2.5.
    reach = 2.7764451 * 2.5**0.5 / 5**0.5
    np.testing.assert_allclose(np.asarray(interval)[:, 0], [92 - reach, 92 + reach], rtol=1e-6)
    np.testing.assert_allclose(np.asarray(mean)[:, 0], [92])
    assert [label.get_text() for label in axis.get_yticklabels()] == ["None", "L2"]


def test_differences_are_seed_by_seed_to_the_first() -> None:
    """Differences of 2, 2, 2, 2 and 2.1 points, and of −3, −3, −2.9, −3 and −3."""
    figure = regscope.plot_compare(cell("none"), cell("l2", BETTER), cell("l1", WORSE))
    reach = 2.7764451 * 0.002**0.5 / 5**0.5
    assert texts(figure) == [
        "92.00 %", "baseline",
        "94.02 %", f"▲ better\n+2.02 [+{2.02 - reach:.2f}, +{2.02 + reach:.2f}]",
        "89.02 %", f"▼ worse\n−2.98 [−{2.98 + reach:.2f}, −{2.98 - reach:.2f}]",
    ]  # fmt: skip
    title: Any = figure._suptitle  # type: ignore[attr-defined]
    assert title.get_text() == "Test accuracy against None: 1 better, 1 worse"


def test_verdicts_are_corrected_for_how_many_cells_there_are() -> None:
    """Differences of 0, 1, 2, 3 and 1 points: p = 0.052, and alone or beside another no answer;
    of 0.5, 1, 2, 3 and 1: p = 0.028, an answer alone and none beside a cell as unsure."""
    unsure = [ours + by for ours, by in zip(NONE, (0.005, 0.01, 0.02, 0.03, 0.01), strict=True)]
    alone = texts(regscope.plot_compare(cell("none"), cell("l2", unsure)))
    assert alone[3].startswith("▲ better\n+1.50 ")
    both = texts(regscope.plot_compare(cell("none"), cell("l2", unsure), cell("l1", unsure)))
    assert [text.partition("\n")[0] for text in both[3::2]] == ["undecided", "undecided"]


def test_a_seed_alone_has_no_interval() -> None:
    figure = regscope.plot_compare(cell("none", [0.5]), cell("l2", [0.75]))
    assert texts(figure)[3] == "too few seeds\n+25.00"


def test_the_same_method_twice_needs_names() -> None:
    weak, strong = cell("l2", NONE), cell("l2", WORSE)
    with pytest.raises(regscope.RegscopeError, match=r"^labels: 2 cells are called “L2”: give "):
        regscope.plot_compare(weak, strong)
    figure = regscope.plot_compare(weak, strong, labels=["weak", "strong"])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["weak", "strong"]
    first, second = (points.get_facecolor() for points in figure.axes[0].collections)
    assert not np.array_equal(first, second)


def test_weights_are_drawn_as_densities_with_the_first_as_outline() -> None:
    """Of 4 weights in two layers 3 are 0 in the second cell: all in the middle bin."""
    dense = cell("none", layers=([[1.0, -1.0]], [[2.0], [-2.0]]))
    sparse = cell("l1", layers=([[0.0, 0.0]], [[0.0], [2.0]]))
    figure = dense.plot_weights(sparse)
    first, second = figure.axes
    width = 4 / BINS
    values, edges, _ = second.patches[0].get_data()  # type: ignore[attr-defined]
    assert (edges[0], edges[-1]) == (-2, 2)
    assert values[BINS // 2] == pytest.approx(0.75 / width)
    assert values[-1] == pytest.approx(0.25 / width)
    assert np.count_nonzero(values) == 2
    outline = second.patches[1].get_data()[0]  # type: ignore[attr-defined]
    own = first.patches[0].get_data()[0]  # type: ignore[attr-defined]
    assert np.array_equal(outline, own)
    assert np.count_nonzero(own) == 4
    assert len(first.patches) == 1
    assert [text.get_text() for text in second.texts] == [
        "■",
        "L1",
        "near zero 75.0 %, zero 75.0 %",
    ]


def test_weights_that_are_all_zero_are_drawn() -> None:
    (axis,) = cell("l1_prox", layers=([[0.0, 0.0]],)).plot_weights().axes
    values = axis.patches[0].get_data()[0]  # type: ignore[attr-defined]
    assert np.flatnonzero(values).tolist() == [BINS // 2]


def test_the_layer_that_only_gives_the_unit_is_no_weight(workspace: Path) -> None:
    written = tiny.study(data={"source": "diabetes"}, training={"epochs": 1, "seeds": 2})
    trained = regscope.train(written, "none")
    assert "unit" in dict(trained.networks[0].named_children())
    figure = trained.plot_weights()
    most = max(
        float(weight.detach().abs().max())
        for network in trained.networks
        for name, weight in network.named_parameters()
        if weight.dim() == 2 and not name.startswith("unit")
    )
    assert figure.axes[0].get_xlim()[1] <= most
    compared = regscope.plot_compare(trained, trained, labels=["once", "again"])
    assert compared.axes[0].get_xlabel() == "Test R²"
    assert texts(compared)[3] == "too few seeds\n+0.000 [+0.000, +0.000]"


@pytest.mark.slow
def test_figures_look_the_same_wherever_they_are_saved_and_need_no_pyplot() -> None:
    code = (
        "import sys, io; from tests.library.test_plotting import cell, regscope;"
        " figure = regscope.plot_compare(cell('none'), cell('l2'));"
        " figure.savefig(io.BytesIO());"
        " sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    before = dict(rcParams)
    figure = regscope.plot_compare(cell("none"), cell("l2"))
    assert dict(rcParams) == before
    # A layout settles with the second drawing.
    figure.savefig(io.BytesIO())
    as_shown = Image.open(io.BytesIO(figure._repr_png_()))  # type: ignore[attr-defined]
    file = io.BytesIO()
    with style.context("dark_background"):
        figure.savefig(file, facecolor="white")
    assert np.array_equal(np.asarray(as_shown), np.asarray(Image.open(file)))


@pytest.mark.parametrize(
    ("cells", "options", "told"),
    [
        (
            [cell("none")],
            {},
            r"plot_compare: needs 2 cells or more, one by one and not in a list, not 1",
        ),
        (
            [cell("none"), [0.9]],
            {},
            r"cell 1: must be what regscope\.train gives, not list",
        ),
        (
            [cell("none"), cell("l2", NONE[:3])],
            {},
            r"cell 1, l2, has 3 seeds and the first 5: must be as many",
        ),
        (
            [cell("none"), cell("l2", data=tiny.MOONS)],
            {},
            r"cell 1, l2, is of other data than the first \(.*moons.*\): seeds are no pairs",
        ),
        (
            [cell("none"), cell("l2", split={"train": 50, "validation": 10})],
            {},
            r"cell 1, l2, is of other split than the first \(.*\): seeds are no pairs",
        ),
        ([cell("none"), cell("l2")], {"labels": ["one"]}, "labels: must be one a cell: 2, not 1"),
        (
            [cell("none"), cell("l2")],
            {"labels": "ab"},
            "labels = ab: must be a list of texts, one a cell",
        ),
        (
            [cell("none"), cell("l2")],
            {"labels": ["a", ""]},
            "labels: a name must not be empty",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_said_in_a_line(
    cells: list[Any], options: dict[str, Any], told: str
) -> None:
    with pytest.raises(regscope.RegscopeError, match=f"^{told}$"):
        regscope.plot_compare(*cells, **options)


def test_networks_without_weights_are_refused() -> None:
    with pytest.raises(regscope.RegscopeError, match=r"^None: its networks have no weights to"):
        cell("none", layers=()).plot_weights()
    with pytest.raises(regscope.RegscopeError, match=r"^cell 1: must be what .* not str$"):
        cell("none").plot_weights("l2")  # type: ignore[arg-type]

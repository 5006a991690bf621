"""The stage `visualize`: which files it makes, always the same, without torch."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from regscope.base import paths
from regscope.figures import data, decision, study
from regscope.figures.cells import CellData
from regscope.study.params import load_params

ALWAYS = {
    "accuracy.png",
    "confusion.png",
    "curves.png",
    "heatmaps.png",
    "pruning.png",
    "reliability.png",
    "robustness.png",
    "structure.png",
    "units.png",
    "weights.png",
    "weights_by_layer.png",
    "curves.csv",
    "confusion/none.csv",
    "confusion/l1.csv",
    "confusion/mine.csv",
}


@pytest.mark.usefixtures("studies")
def test_of_pools_the_first_seeds_is_drawn() -> None:
    loaded = data.load("points", load_params())
    dataset = replace(loaded.dataset, pools=2)
    figure = decision.draw(replace(loaded, dataset=dataset))
    drawn = [points.get_offsets() for points in figure.axes[0].collections]
    found = np.concatenate(drawn)
    assert sorted(found[:, 0]) == sorted(dataset.inputs[:15, 0])
    assert "Seed 0's 15 points" in [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.slow
def test_another_process_draws_images_the_same_with_neither_torch_nor_pyplot(studies: Path) -> None:
    code = (
        "import sys; sys.argv = ['visualize', 'pictures']; from stages import visualize;"
        " visualize.main(); sys.exit('torch' in sys.modules or 'matplotlib.pyplot' in sys.modules)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=studies, env=environment)
    other = _files(paths.plots("pictures"))
    study.write(data.load("pictures", load_params()), studies / "drawn")
    assert _files(studies / "drawn") == other
    assert set(other) == ALWAYS | {"predictions.png"}
    for name, content in other.items():
        if name.endswith(".png"):
            assert len(content) < 150_000
            with Image.open(io.BytesIO(content)) as picture:
                assert set(picture.info) == {"dpi"}, "no software and no date"


@pytest.mark.slow
def test_every_file_of_points_is_drawn_also_of_one_seed_and_one_epoch(studies: Path) -> None:
    whole = data.load("points", load_params())
    cells = tuple(
        CellData(
            reg=cell.reg,
            label=cell.label,
            mark=cell.mark,
            history={name: values[:1, :1] for name, values in cell.history.items()},
            weights={name: values[:1] for name, values in cell.weights.items()},
            arrays={
                # A grid is of all seeds together.
                name: values if name.startswith("grid") else values[:1]
                for name, values in cell.arrays.items()
            },
        )
        for cell in whole.cells
    )
    single = data.StudyData(whole.study, whole.dataset, whole.results, cells)
    study.write(single, studies / "drawn")
    assert set(_files(studies / "drawn")) == ALWAYS | {"decision.png"}
    assert "1 seed" in single.caption()
    table = (studies / "drawn" / "curves.csv").read_text().splitlines()
    assert [row.split(",")[:3] for row in table[1:]] == [
        ["1", "none", "1"], ["1", "l1", "2"], ["1", "mine", "3"]
    ]  # fmt: skip


def test_layers_stand_in_order_of_the_forward_pass(studies: Path) -> None:
    loaded = data.load("pictures", load_params())
    assert loaded.layers == ("hidden1", "hidden2", "output")
    assert [cell.reg for cell in loaded.cells] == ["none", "l1", "mine"]
    assert loaded.seeds == 2


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }

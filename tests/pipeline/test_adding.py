"""What docs/add-a-*.md say, done in a temporary copy."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sklearn.metrics
import yaml

from regscope.base import paths
from regscope.base.tensors import read_tensors
from regscope.study.params import load_params
from tests.pipeline.workspace import SOURCE, TINY, Workspace, trained

FILE = re.compile(r"`(regscope/[a-z_/]+\.py)`:\n\n```python\n(.*?)```", re.DOTALL)
YAML = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def put_file(workspace: Workspace, page: str) -> Path:
    """Write the page's one file where the page says."""
    [(name, content)] = FILE.findall((SOURCE / "docs" / page).read_text())
    path = Path(workspace.root, name)
    assert not path.exists()
    path.write_text(content)
    return path


def written(page: str) -> dict[str, Any]:
    """The page's first block of params.yaml."""
    block: dict[str, Any] = yaml.safe_load(YAML.findall((SOURCE / "docs" / page).read_text())[0])
    return block


def shrunk(study: dict[str, Any]) -> dict[str, Any]:
    """The page's study with the cells and seeds of the tiny workspace."""
    study["training"] |= {"seeds": 2, "epochs": 2}
    study["regularizers"] = {reg: study["regularizers"][reg] for reg in ("none", "l1", "l2")}
    return study


@pytest.mark.slow
def test_a_regularizer(workspace: Workspace) -> None:
    put_file(workspace, "add-a-regularizer.md")
    cell = written("add-a-regularizer.md")["studies"]["digits"]["regularizers"]["huber"]

    def add(params: dict[str, Any]) -> None:
        params["studies"]["digits"]["regularizers"]["huber"] = cell

    workspace.edit_yaml("params.yaml", add)
    printed = workspace.dvc("repro", f"{paths.pipeline('digits')}:summarize")
    assert trained(printed) == ["digits/huber"]
    assert re.findall(r"digits/(\w+): measured", printed) == ["huber"]
    seeds = pd.read_csv(workspace.root / "metrics/studies/digits/seeds.csv")
    norms = seeds.groupby("reg")["weight_l2_norm"].mean()
    assert 0 < norms["huber"] < norms["none"]


STAGES = """
import sys
from importlib import import_module
for words in sys.argv[1:]:
    sys.argv = words.split()
    import_module(f"stages.{sys.argv[0]}").main()
"""


def run_stages(workspace: Workspace, study: str) -> None:
    """What `dvc repro` runs, one after another in one process, which loads torch once."""
    stages = (
        *(
            f"{stage} {study}"
            for stage in ("download", "preprocess", "train", "evaluate", "summarize", "visualize")
        ),
        *("claims", "report"),
    )
    workspace.run("python", "-c", STAGES, *stages)


@pytest.mark.slow
def test_a_measure(tmp_path: Path) -> None:
    """Its function and its entry: nothing else is told."""
    digits = TINY["studies"]["digits"]
    cells = {reg: digits["regularizers"][reg] for reg in ("none", "l1")}
    params = TINY | {"studies": {"digits": digits | {"regularizers": cells}}}
    workspace = Workspace.create(tmp_path, params)
    page = (SOURCE / "docs/add-a-measure.md").read_text()
    put_file(workspace, "add-a-measure.md")
    [entry] = re.findall(r"```python\n(Measure\(.*?)\n```", page, re.DOTALL)
    catalog = workspace.root / "regscope/measures/catalog.py"
    predictions, end, others = catalog.read_text().partition(")  # fmt: skip\n\nNUMBERS")
    assert end
    catalog.write_text(f"{predictions}{entry},\n{end}{others}")
    [group] = written("add-a-measure.md")["groups"]
    workspace.edit_yaml("claims.yaml", lambda claims: claims["groups"].append(group))
    run_stages(workspace, "digits")

    seeds = pd.read_csv(workspace.root / "metrics/studies/digits/seeds.csv")
    for reg, rows in seeds.groupby("reg"):
        arrays = read_tensors(workspace.root / f"data/evaluations/digits/{reg}/arrays.safetensors")
        for value, counts in zip(rows["matthews"], arrays["confusion"], strict=True):
            actual, predicted = counts.nonzero()
            expected = sklearn.metrics.matthews_corrcoef(
                actual, predicted, sample_weight=counts[actual, predicted]
            )
            assert value == pytest.approx(expected)
    summary = json.loads((workspace.root / "metrics/studies/digits/summary.json").read_text())
    means = seeds.groupby("reg")["matthews"].mean()
    assert summary["l1"]["matthews"] == pytest.approx(means["l1"], abs=1e-6)
    compared = pd.read_csv(workspace.root / "metrics/studies/digits/comparisons.csv")
    difference = compared.set_index(["measure", "reg"]).loc[("matthews", "l1"), "difference"]
    assert difference == pytest.approx(means["l1"] - means["none"])
    claims = json.loads((workspace.root / "metrics/claims.json").read_text())["claims"]
    judged = {found["id"]: found for found in claims}["l1-correlates-better"]
    assert judged["effect"] == pytest.approx(difference)
    page = (workspace.root / "metrics/pages/digits.md").read_text()
    assert "Matthews correlation" in page
    assert f"{means['none']:.3f}" in page


def put_study(workspace: Workspace, page: str) -> tuple[str, dict[str, Any]]:
    """Put the page's study into params.yaml, shrunk, and make it the active one; its name and
    its block."""
    [(name, study)] = written(page)["studies"].items()

    def add(params: dict[str, Any]) -> None:
        params["studies"][name] = shrunk(study)
        params["study"] = name

    workspace.edit_yaml("params.yaml", add)
    return name, study


@pytest.mark.slow
def test_a_study(workspace: Workspace) -> None:
    name, study = put_study(workspace, "add-a-study.md")
    workspace.run("python", "-m", "regscope", "studies", "--pipelines")
    workspace.dvc("repro")
    assert f"plots/{name}/accuracy.png" in workspace.results()
    page = (workspace.root / f"metrics/pages/{name}.md").read_text()
    assert page.startswith(f"# {name}: {study['title']}\n")


@pytest.mark.slow
def test_a_data_source(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path, TINY, every_figure=True)
    put_file(workspace, "add-a-data-source.md")
    name, _ = put_study(workspace, "add-a-data-source.md")
    run_stages(workspace, name)
    classes = pd.read_csv(workspace.root / "metrics/studies/wine/classes.csv")
    assert list(classes["class"][:3]) == ["barolo", "grignolino", "barbera"]
    assert "plots/wine/curves.png" in workspace.results()
    assert "plots/wine/decision.png" not in workspace.results()


@pytest.mark.slow
def test_a_network(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path, TINY, every_figure=True)
    put_file(workspace, "add-a-network.md")
    name, _ = put_study(workspace, "add-a-network.md")
    run_stages(workspace, name)
    results = workspace.root / "metrics/studies/digits_residual"
    layers = {name: pd.read_csv(results / f"{name}.csv")["layer"] for name in ("layers", "units")}
    assert list(layers["layers"].unique()) == ["entry", "block1", "block2", "output"]
    assert list(layers["units"].unique()) == ["block1", "block2"]


def test_the_pages_cells_are_those_of_the_studies_here() -> None:
    regs = list(load_params(SOURCE / "params.yaml").regs)
    for page, study in (
        ("add-a-study.md", "digits_small"),
        ("add-a-data-source.md", "wine"),
        ("add-a-network.md", "digits_residual"),
    ):
        assert set(written(page)["studies"][study]["regularizers"]) <= {*regs, "l2_strong"}

"""docs/your-network.md, done in a temporary copy: a network of one's own from file to verdict."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from regscope.base import paths
from tests.pipeline.workspace import SOURCE, TINY, Workspace, ran, trained

PAGE = SOURCE / "docs" / "your-network.md"
NAME = "digits_rows"
NETWORK_STAGES = {f"{NAME}:{stage}" for stage in ("evaluate", "summarize")}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def study() -> dict[str, Any]:
    """The page's, with few examples, seeds, epochs and cells."""
    block: dict[str, Any] = yaml.safe_load(blocks("yaml")[0])["studies"][NAME]
    block["split"] = {"train": 60, "validation": 20}
    block["training"] |= {"seeds": 2, "epochs": 2}
    block["evaluation"]["examples"] = 50
    for reg in ("l1", "l2", "stochastic_depth"):
        del block["regularizers"][reg]
    return block


def put(workspace: Workspace, block: dict[str, Any]) -> None:
    [code] = blocks("python")
    (workspace.root / "my_nets.py").write_text(code)

    def add(params: dict[str, Any]) -> None:
        params["studies"][NAME] = block

    workspace.edit_yaml("params.yaml", add)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_walk(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path, TINY)
    block = study()
    put(workspace, block)
    every = [f"{NAME}/{reg}" for reg in block["regularizers"]]
    [commands] = blocks("sh")
    *before, run = (shlex.split(line, comments=True) for line in commands.splitlines())
    for command in before:
        workspace.run(*command)
    workspace.run("git", "commit", "--quiet", "--message", "a network of one's own")
    first = workspace.run(*run)
    assert trained(first) == every
    assert blocks("text")[1] in first

    results = workspace.root / "metrics/studies" / NAME
    layers = pd.read_csv(results / "layers.csv")["layer"]
    assert list(layers.unique()) == [
        "embedding", "attention.in_proj_weight", "attention.out_proj", "hidden", "output",
    ]  # fmt: skip
    assert list(pd.read_csv(results / "units.csv")["layer"].unique()) == ["hidden"]
    assert pd.read_csv(results / "pruning.csv")["scope"].nunique() == 6
    seeds = pd.read_csv(results / "seeds.csv")
    assert seeds["dead_unit_fraction"].notna().all()
    assert (workspace.root / f"metrics/pages/{NAME}.md").is_file()
    review = (workspace.root / paths.REVIEW).read_text()
    assert '"dropout"' in review

    workspace.run("regscope", "export", NAME, "dropout", "--out", "exported")
    assert (workspace.root / "exported" / "model.pt2").is_file()

    assert ran(workspace.dvc("repro", str(paths.pipeline(NAME)))) == []
    file = workspace.root / "my_nets.py"
    kept = file.read_bytes()
    file.write_bytes(kept.replace(b"0.02 *", b"0.03 *"))
    changed = workspace.run(*run)
    assert trained(changed) == every
    assert set(ran(changed)) >= NETWORK_STAGES
    assert not pd.read_csv(results / "seeds.csv").equals(seeds)
    file.write_bytes(kept)
    again = workspace.run(*run)
    assert not trained(again)
    assert pd.read_csv(results / "seeds.csv").equals(seeds)


@pytest.mark.slow
def test_the_pages_refusal_is_what_is_told(workspace: Workspace) -> None:
    """And a module that is broken stops no other study."""
    block = study()
    put(workspace, block)
    file = workspace.root / "my_nets.py"
    file.write_text(file.read_text().replace("hidden_dropout", "dropped"))
    workspace.run("python", "-m", "regscope", "studies", "--pipelines")
    printed = workspace.dvc("repro", f"{paths.pipeline(NAME)}:train", ok=False)
    [line] = [line for line in printed.splitlines() if line.startswith("regscope: ")]
    assert line == f"regscope: {NAME}: {blocks('text')[0].strip()}"
    file.write_text("raise ValueError('broken')\n")
    assert set(ran(workspace.dvc("repro", str(paths.pipeline("digits"))))) <= {"validate"}


def test_files_are_dependencies_where_networks_are_made() -> None:
    """As they are named in the pipeline that the page's study has."""
    from regscope.pipelines import rates_pipelines, study_pipelines

    files = {NAME: [Path("my_nets.py"), Path("with space.py")]}
    [text] = study_pipelines([NAME], model_files=files).values()
    stages = yaml.safe_load(text)["stages"]
    having = {name for name, stage in stages.items() if "my_nets.py" in stage["deps"]}
    assert having == {"train", "evaluate", "summarize"}
    assert "with space.py" in stages["train"]["deps"]
    [text] = rates_pipelines([NAME], files).values()
    assert "my_nets.py" in yaml.safe_load(text)["stages"]["rate"]["do"]["deps"]
    [bare] = study_pipelines([NAME]).values()
    assert "_FILES" not in bare

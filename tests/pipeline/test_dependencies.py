"""What a stage computes with is among its dependencies: other code, other results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest
import yaml

from regscope.base import paths
from tests.pipeline.workspace import SOURCE

PIPELINES = ("dvc.yaml", str(paths.pipeline("digits")))
STAGES = ("evaluate", "summarize", "review", "claims", "report")

ELSEWHERE = (
    # Reads and writes; a stage that draws names randomness.py.
    "regscope/base/",
    # What it decides is in settings, data and trained networks, which are dependencies themselves.
    "regscope/arithmetic/",
    "regscope/datasets/",
    "regscope/engine/",
    "regscope/models/",
    "regscope/numerics.py",
    "regscope/pipelines/",
    "regscope/regularizers/",
    "regscope/stacking/",
    "regscope/study/params.py",
    "regscope/study/schedules.py",
    "regscope/study/training.py",
    "regscope/tables/",
    "regscope/training/",
    "stages/arguments.py",
)


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(
        "regscope", "stages", exclude_type_checking_imports=True, cache_dir=None
    )


def stages() -> Iterator[tuple[str, list[str], list[str]]]:
    """Of every stage that judges or draws: its name, its modules, its dependencies."""
    for pipeline in PIPELINES:
        for name, stage in yaml.safe_load((SOURCE / pipeline).read_text())["stages"].items():
            if name in STAGES:
                commands = stage["cmd"] if isinstance(stage["cmd"], list) else [stage["cmd"]]
                yield name, [command.split()[2] for command in commands], stage["deps"]


def computed_with(graph: grimp.ImportGraph, modules: list[str]) -> set[str]:
    """The files that they import, directly or not; without empty ones."""
    found = set()
    imported = {name for module in modules for name in graph.find_upstream_modules(module)}
    for name in imported | set(modules):
        path = Path(*name.split("."))
        file = path / "__init__.py" if (SOURCE / path).is_dir() else path.with_suffix(".py")
        if (SOURCE / file).read_text():
            found.add(file.as_posix())
    return found


@pytest.mark.parametrize(("name", "modules", "dependencies"), list(stages()))
def test_what_a_stage_computes_with_is_a_dependency(
    name: str, modules: list[str], dependencies: list[str], graph: grimp.ImportGraph
) -> None:
    missing = {
        file
        for file in computed_with(graph, modules)
        if not file.startswith(ELSEWHERE)
        and not any(file == one or file.startswith(f"{one}/") for one in dependencies)
    }
    assert missing == set()


def test_every_stage_is_looked_at() -> None:
    assert {name for name, _, _ in stages()} == set(STAGES)
    for _, _, dependencies in stages():
        for one in dependencies:
            assert one.startswith(("data/", "metrics/", "plots/")) or (SOURCE / one).exists()

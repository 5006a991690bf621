"""The picture of the pipeline on docs/design.md, held to the pipelines."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PIPELINES = ("dvc.yaml", "studies/digits/dvc.yaml")
Edges = set[tuple[str, str]]


def stages() -> dict[str, Any]:
    """All of both pipelines by name; of one a cell, what all have in common."""
    found: dict[str, Any] = {}
    for file in PIPELINES:
        written = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
        found |= {name: one.get("do", one) for name, one in written["stages"].items()}
    return found


def named(entries: list[Any]) -> set[PurePosixPath]:
    """Paths of dependencies or outputs, the active study being digits, up to what a cell adds."""
    texts = [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]
    texts = [text.replace("${study}", "digits").partition("/${")[0] for text in texts]
    return {PurePosixPath(text) for text in texts}


def edges() -> Edges:
    found = stages()
    return {
        (maker, reader)
        for maker, made in found.items()
        for reader, read in found.items()
        for out in named(made.get("outs", []))
        for dep in named(read.get("deps", []))
        if maker != reader and (out == dep or out in dep.parents or dep in out.parents)
    }


def reachable(found: Edges) -> Edges:
    while new := {(a, d) for a, b in found for c, d in found if b == c} - found:
        found = found | new
    return found


def drawn() -> Edges:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    picture = next(block for block in text.split("```") if "validate →" in block)
    lines = [
        [re.split(r"[@, ]", name.strip())[0] for name in line.split("→")]
        for line in picture.strip().splitlines()
    ]
    return {edge for line in lines for edge in pairwise(line)}


def test_the_picture_shows_what_reads_what_and_nothing_else() -> None:
    assert {name for edge in drawn() for name in edge} == set(stages())
    assert reachable(drawn()) == reachable(edges())
    # No arrow that others say already.
    for edge in drawn():
        assert edge not in reachable(drawn() - {edge}), edge


def test_no_page_needs_a_script_that_draws() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "metrics").rglob("*.md")]
    assert not [page.name for page in pages if "```mermaid" in page.read_text(encoding="utf-8")]

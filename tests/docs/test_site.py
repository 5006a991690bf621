"""docs/_site.py, without mkdocs: where links of the site lead, and what a notebook becomes."""

from __future__ import annotations

import base64
import importlib.util
from pathlib import Path
from typing import Any

import pytest
import yaml

import regscope

ROOT = Path(__file__).parents[2]


def load() -> Any:
    spec = importlib.util.spec_from_file_location("site_hooks", ROOT / "docs" / "_site.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


site = load()


@pytest.mark.parametrize(
    ("source", "link", "expected"),
    [
        ("docs/library.md", "statistics.md#verdicts", "statistics.md#verdicts"),
        ("docs/library.md", "walkthrough.ipynb", "walkthrough.md"),
        ("docs/lessons/README.md", "../walkthrough.ipynb", "../walkthrough.md"),
        ("docs/library.md", "../regscope/figures", "repository:regscope/figures"),
        ("docs/regularizers/l1.md", "../../metrics/README.md#digits",
         "../metrics/README.md#digits"),
        ("docs/library.md", "../README.md", "index.md"),
        ("docs/regularizers/l1.md", "../../README.md#settings", "../index.md#settings"),
        ("docs/library.md", "#measure", "#measure"),
        ("docs/library.md", "https://arxiv.org/abs/2103.03098", "https://arxiv.org/abs/2103.03098"),
        ("README.md", "docs/library.md", "library.md"),
        ("README.md", "docs/lessons/README.md", "lessons/README.md"),
        ("README.md", "params.yaml", "repository:params.yaml"),
        ("README.md", "metrics/published.png", "metrics/published.png"),
    ],
)  # fmt: skip
def test_a_link_leads_where_it_leads_on_a_code_host(source: str, link: str, expected: str) -> None:
    assert site.linked(f"See [it]({link}).", source) == f"See [it]({expected})."


def test_code_is_left_alone() -> None:
    text = "`[a](no.md)`\n\n```python\nx[0](no.md)\n```\n"
    assert site.linked(text, "docs/library.md") == text


def test_a_dead_link_ends_the_build_but_not_one_to_what_the_site_makes() -> None:
    with pytest.raises(site.DeadLinkError, match=r"^docs/library\.md: links to gone\.md, which is"):
        site.linked("[it](gone.md)", "docs/library.md")
    assert site.linked("[it](gone.md)", "docs/library.md", {"docs/gone.md"}) == "[it](gone.md)"


@pytest.mark.parametrize(
    ("path", "page", "with_address", "without"),
    [
        ("params.yaml", "library.md", "blob/HEAD/params.yaml", "../params.yaml"),
        (
            "regscope",
            "regularizers/l1.md",
            "tree/HEAD/regscope",
            "../../regscope",
        ),
    ],
)
def test_what_is_outside_is_on_its_host_or_in_the_clone(
    path: str, page: str, with_address: str, without: str
) -> None:
    assert site.address(path, "https://host/us/it", page) == f"https://host/us/it/{with_address}"
    assert site.address(path, "", page) == without
    built = ROOT / "site" / page.replace(".md", ".html")
    assert (built.parent / without).resolve() == ROOT / path


def test_a_notebook_becomes_a_page_with_its_outputs() -> None:
    picture = base64.b64encode(b"picture").decode()
    notebook = {
        "cells": [
            {"cell_type": "markdown", "source": ["# Title\n", "\n", "<details>text</details>"]},
            {
                "cell_type": "code",
                "source": ["1 + 1"],
                "outputs": [
                    {"data": {"text/plain": ["2"], "text/html": "<b>2</b>"}},
                    {"data": {"image/png": picture}},
                    {"text": ["said\n"]},
                ],
            },
        ]
    }
    (name, content), (page, text) = site.page_of("lessons/one.ipynb", notebook)
    assert (name, content) == ("lessons/one-0.png", b"picture")
    assert page == "lessons/one.md"
    head, note, body, *rest = text.rstrip("\n").split("\n\n")
    assert (head, body) == ("# Title", '<details markdown="1">text</details>')
    assert note.startswith('<a href="one.ipynb" download>')
    assert rest == [
        "```python\n1 + 1\n```", "```text\n2\n```", "![Output](one-0.png)", "```text\nsaid\n```",
    ]  # fmt: skip


def test_the_reference_has_every_name() -> None:
    asked = [line for line in site.reference().splitlines() if line.startswith("::: ")]
    assert {"::: regscope.train", "::: regscope.measure", "::: regscope.plot_compare"} < set(asked)
    assert len(asked) == len(set(asked)) == len(regscope.__all__)


def pages(nav: Any) -> list[str]:
    """All pages of a part of mkdocs.yml's `nav`, in its order."""
    if isinstance(nav, str):
        return [nav]
    parts = nav.values() if isinstance(nav, dict) else nav
    return [page for part in parts for page in pages(part)]


def test_every_page_is_once_in_the_order_of_reading() -> None:
    named = pages(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"])
    docs = ROOT / "docs"
    files = [*docs.rglob("*.md"), *docs.rglob("*.ipynb")]
    there = [file.relative_to(docs).with_suffix(".md").as_posix() for file in files]
    assert sorted(named) == sorted([*there, *site.results(), "index.md", "api.md"])

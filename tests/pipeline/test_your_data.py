"""docs/your-table.md and docs/your-pictures.md, typed from their first command to their last."""

from __future__ import annotations

import csv
import re
import shlex
from typing import Any

import pytest

from tests.pipeline.workspace import SOURCE, TINY, Workspace

WALKS = {"your-table.md": "biopsies", "your-pictures.md": "numerals"}


def blocks(page: str, language: str) -> list[str]:
    """Of the page's walk, in order."""
    text = (SOURCE / "docs" / page).read_text().partition("## A walk\n")[2].partition("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module", params=WALKS)
def page(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def begun(page: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, str]:
    """A workspace in which the page's data were made a study, and what that printed."""
    workspace = Workspace.create(tmp_path_factory.mktemp("walk") / "clone", TINY)
    [code] = blocks(page, "python")
    workspace.run("python", "-c", code)
    return workspace, workspace.run(*shlex.split(blocks(page, "sh")[0]))


@pytest.mark.timeout(300)
def test_what_the_page_shows_is_what_is_printed(page: str, begun: tuple[Workspace, str]) -> None:
    assert begun[1] == blocks(page, "text")[0]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_walk_ends_in_a_verdict(page: str, begun: tuple[Workspace, str]) -> None:
    """With two seeds of two epochs and two cells."""
    workspace, _ = begun
    name = WALKS[page]
    commit, run = map(shlex.split, blocks(page, "sh")[1].splitlines())
    reg = run[-1].removeprefix("reg=")

    def change(params: dict[str, Any]) -> None:
        study = params["studies"][name]
        study["training"] |= {"seeds": 2, "epochs": 2}
        cells = study["regularizers"]
        study["regularizers"] = {cell: cells[cell] for cell in ("none", reg)}

    workspace.edit_yaml("params.yaml", change)
    workspace.run("git", "add", "params.yaml")
    workspace.run(*commit)
    workspace.run(*run)
    assert f"# {name}: " in (workspace.root / f"metrics/pages/{name}.md").read_text()
    with (workspace.root / f"metrics/studies/{name}/seeds.csv").open() as file:
        assert [row["reg"] for row in csv.DictReader(file)] == ["none", "none", reg, reg]
    assert (workspace.root / f"plots/{name}/accuracy.png").is_file()
    assert f"studies/{name}" not in workspace.run(
        "git", "status", "--short", f"studies/{name}/dvc.yaml"
    )


def test_options_of_the_page_are_those_of_the_command(workspace: Workspace) -> None:
    """Of a table; and every one of the command stands on some page."""
    told = workspace.run("regscope", "new", "--help")
    options = set(re.findall(r"--[a-z][a-z-]+", told)) - {"--help"}
    pages = {page: (SOURCE / "docs" / page).read_text() for page in (*WALKS, "your-network.md")}
    rows = [line for line in pages["your-table.md"].splitlines() if line.startswith("| `--")]
    named = {option for row in rows for option in re.findall(r"--[a-z][a-z-]+", row.split("|")[1])}
    assert named <= options
    assert options == {
        option for option in options if any(option in text for text in pages.values())
    }

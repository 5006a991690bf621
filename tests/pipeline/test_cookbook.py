"""docs/experiments.md, typed from its first command to its last in one repository."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from regscope.base import paths
from tests.pipeline.pages import Block, blocks
from tests.pipeline.workspace import CELLS, Workspace, trained

STRENGTH = "studies.digits.regularizers.l2.l2"


def reviewed(workspace: Workspace) -> dict[str, object]:
    """metrics/review.json."""
    loaded: dict[str, object] = json.loads((workspace.root / paths.REVIEW).read_text())
    return loaded


def strength(workspace: Workspace, experiment: str) -> str:
    return workspace.experiments()[experiment][STRENGTH]


def a_regularizer(workspace: Workspace, output: str) -> None:
    assert trained(output) == []
    assert (reviewed(workspace)["study"], reviewed(workspace)["reg"]) == ("digits", "l2")
    assert workspace.dvc("exp", "list", "--name-only").split() == ["l2"]


def a_strength(workspace: Workspace, output: str) -> None:
    assert trained(output) == ["digits/l2"]
    assert "l2: 0.03" in (workspace.root / paths.PARAMS).read_text()
    assert paths.PARAMS.name in workspace.run("git", "status", "--short")


def the_way_back(workspace: Workspace, output: str) -> None:
    assert trained(output) == []
    assert workspace.run("git", "status", "--short") == ""
    assert reviewed(workspace)["reg"] == "l1"


def locks(workspace: Workspace) -> set[Path]:
    """What every training leaves in the repository's own folder for checkpoints."""
    return set((workspace.root / ".regscope/checkpoints").glob("*.lock"))


def a_study_apart(workspace: Workspace, output: str) -> None:
    assert trained(output) == ["moons/none", "moons/l1"]
    assert workspace.run("git", "status", "--short") == ""
    assert not (workspace.root / paths.model("moons", "l1")).exists()
    # Three cells and a strength of the study before, and two cells more.
    assert len(locks(workspace)) == 4 + 2
    assert not list((workspace.root / ".dvc/tmp/exps").glob("tmp*"))


def a_queue(workspace: Workspace, output: str) -> None:
    assert "Queued experiment 'sweep-1'" in output
    assert "Queued experiment 'sweep-2'" in output
    workspace.wait_for_queue(2)
    assert workspace.run("git", "status", "--short") == ""
    assert len(locks(workspace)) == 6 + 2
    shown = workspace.experiments()
    assert {name: shown[name][STRENGTH] for name in ("sweep-1", "sweep-2")} == {
        "sweep-1": "0.003",
        "sweep-2": "0.01",
    }


def a_log(workspace: Workspace, output: str) -> None:
    assert "digits/l2" in trained(output)


def a_table(workspace: Workspace, output: str) -> None:
    header, *rows = (workspace.root / "experiments.csv").read_text().splitlines()
    columns = header.split(",")
    assert {STRENGTH, "l2.test_accuracy", "params.yaml:reg"} <= set(columns)
    assert "none.test_accuracy" not in columns
    assert "studies.digits.training.epochs" not in columns
    for name in ("l2", "l2-strong", "moons", "sweep-1", "sweep-2"):
        assert [row for row in rows if name in row.split(",")]
        assert name in output
    assert {"params.yaml:reg", "test_accuracy.difference", "test_accuracy.verdict"} <= set(
        output.split()
    )
    assert "near_zero_fraction" not in output


def no_table(workspace: Workspace, output: str) -> None:
    assert workspace.run("git", "status", "--short") == ""


def a_difference(workspace: Workspace, output: str) -> None:
    [line] = [line.split() for line in output.splitlines() if STRENGTH in line]
    assert line[2:4] == ["0.001", "0.03"]
    assert "l2.test_loss" in output
    assert "none.test_loss" not in output


def curves(workspace: Workspace, output: str) -> None:
    page = (workspace.root / "dvc_plots/index.html").read_text()
    assert len(page) < 1_000_000
    assert "dvc_plots/index.html" in output
    drawn = [json.loads(spec) for spec in re.findall(r"var spec = (\{.*\});$", page, re.MULTILINE)]
    points = {spec["title"]["text"]: spec["data"]["values"] for spec in drawn}
    assert {
        (row["rev"], row["reg"]) for row in points["digits: test accuracy, mean over seeds"]
    } == {(revision, cell) for revision in ("l2", "l2-strong") for cell in CELLS}
    assert {row["rev"] for row in points["plots/digits/confusion/l2.csv"]} == {"l2", "l2-strong"}
    assert workspace.run("git", "status", "--short") == ""


def applied(workspace: Workspace, output: str) -> None:
    assert reviewed(workspace)["reg"] == "l2"
    assert "l2: 0.01" in (workspace.root / paths.PARAMS).read_text()
    assert trained(workspace.dvc("repro", f"{paths.pipeline('digits')}:summarize")) == []


def a_branch(workspace: Workspace, output: str) -> None:
    assert "stronger-l2" in workspace.run("git", "branch", "--list", "stronger-l2")
    params = workspace.run("git", "show", f"stronger-l2:{paths.PARAMS}")
    assert "l2: 0.03" in params
    assert workspace.run("git", "rev-list", "--count", "HEAD..stronger-l2").strip() == "1"


def a_review(workspace: Workspace, output: str) -> None:
    assert "1 of 3 cells changed: digits/l2, test accuracy" in output
    assert STRENGTH in output


def removed(workspace: Workspace, output: str) -> None:
    names = set(workspace.dvc("exp", "list", "--name-only").split())
    assert names == {"l2-strong", "sweep-1", "sweep-2"}
    assert "sweep" not in workspace.dvc("queue", "status")
    assert "stronger-l2" in workspace.run("git", "branch", "--list", "stronger-l2")


OUTCOMES: dict[str, list[Callable[[Workspace, str], None]]] = {
    "1. What does a regularizer do?": [a_regularizer],
    "2. And with another strength?": [a_strength],
    "3. How do I get back?": [the_way_back],
    "4. Another study, with my files left alone?": [a_study_apart],
    "5. Several at once?": [a_queue, a_log],
    "6. How do they compare, side by side?": [a_table, no_table],
    "7. What is different between two of them?": [a_difference],
    "8. And their curves?": [curves],
    "9. I want this one here, or on a branch": [applied, a_branch, a_review],
    "10. Away with them": [removed],
}


def pairs() -> list[tuple[Block, Callable[[Workspace, str], None]]]:
    """Every block of the page with what must be seen after it."""
    outcomes = [(heading, outcome) for heading, row in OUTCOMES.items() for outcome in row]
    written = blocks("experiments.md")
    assert [block.heading for block in written] == [heading for heading, _ in outcomes]
    return [(block, outcome) for block, (_, outcome) in zip(written, outcomes, strict=True)]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_recipe_in_order(workspace: Workspace) -> None:
    for block, outcome in pairs():
        outcome(workspace, workspace.run("bash", "-ec", block.commands))


def test_every_block_of_the_page_has_an_outcome() -> None:
    assert len(pairs()) >= len(OUTCOMES)

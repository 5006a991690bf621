"""A table of one's own, from `regscope new` to a verdict."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from regscope.base import paths
from tests.own import tables
from tests.pipeline.conftest import copied
from tests.pipeline.pages import blocks
from tests.pipeline.workspace import SOURCE, TINY, Workspace, trained

SEEDS = paths.summary("churn") / "seeds.csv"


def seeds(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(table.splitlines()))


def quick(workspace: Workspace, name: str) -> None:
    """Two seeds, two epochs, two cells."""

    def change(params: dict) -> None:  # type: ignore[type-arg]
        study = params["studies"][name]
        study["training"] |= {"seeds": 2, "epochs": 2}
        study["regularizers"] = {"none": {}, "l2": {"l2": 0.001}}

    workspace.edit_yaml("params.yaml", change)


def exported_as_the_page_says(workspace: Workspace) -> None:
    """docs/sharing.md; the numbers are those of these two epochs, whose arithmetic is portable."""
    heading = "A network of a table"
    [commands] = [block.commands for block in blocks("sharing.md") if block.heading == heading]
    printed = list(csv.reader(workspace.run("bash", "-ec", commands).splitlines()[1:]))
    page = (SOURCE / "docs/sharing.md").read_text().partition(f"## {heading}\n")[2]
    [text] = re.findall(r"^```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    told = list(csv.reader(text.splitlines()))
    assert told[0] == printed[0] == ["row", "left", "P(no)", "P(yes)"]
    assert [row[:2] for row in told] == [row[:2] for row in printed]
    for row, expected in zip(printed[1:], told[1:], strict=True):
        assert [float(share) for share in row[2:]] == pytest.approx(
            [float(share) for share in expected[2:]], abs=1e-5
        )


CHURN = ("-S", "study=churn", "-S", "reg=l2")
PIPELINE = str(paths.pipeline("churn"))


def new(table: Path) -> tuple[str, ...]:
    return ("regscope", "new", "churn", "--table", str(table), "--target", "left")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace in which a table was made a quick study, committed; tests copy it."""
    folder = tmp_path_factory.mktemp("own")
    workspace = Workspace.create(folder / "clone", TINY)
    printed = workspace.run(*new(tables.written(folder / "churn.csv")))
    assert "next: dvc exp run -S study=churn -S reg=l1" in printed
    staged = workspace.run("git", "diff", "--cached", "--name-only").split()
    assert staged == [
        "data/own/.gitignore",
        "data/own/churn.csv.dvc",
        "data/own/churn.csv.json",
        "params.yaml",
        "studies/churn/dvc.yaml",
    ]
    quick(workspace, "churn")
    workspace.commit("churn")
    assert workspace.run("git", "status", "--short") == ""
    return workspace


@pytest.mark.slow
def test_a_table_becomes_a_study_with_a_verdict(begun: Workspace, tmp_path: Path) -> None:
    """In a temporary workspace, which has only what git and DVC know of."""
    workspace = copied(begun, tmp_path)
    workspace.dvc("exp", "run", "--temp", "--name", "apart", *CHURN)
    refs = ("for-each-ref", "--format=%(refname)", "refs/exps/*/*/apart")
    experiment = workspace.run("git", *refs).strip()
    page = workspace.run("git", "show", f"{experiment}:metrics/pages/churn.md")
    assert "# churn: left, from churn.csv" in page
    rows = seeds(workspace.run("git", "show", f"{experiment}:{SEEDS}"))
    assert [row["reg"] for row in rows] == ["none", "none", "l2", "l2"]
    assert trained(workspace.dvc("repro", f"{PIPELINE}:train")) == []
    exported_as_the_page_says(workspace)


@pytest.mark.slow
def test_a_file_that_changes_is_refused_until_it_is_brought_in_anew(
    begun: Workspace, tmp_path: Path
) -> None:
    workspace = copied(begun, tmp_path)
    words = tables.words(seed=5) | {"left": np.roll(tables.words()["left"], 3).tolist()}
    tables.written(workspace.root / "data/own/churn.csv", **words)
    refused = workspace.dvc("exp", "run", *CHURN, ok=False)
    assert (
        "regscope: data/own/churn.csv: not the file that data/own/churn.csv.json describes; bring"
        " it in anew with: regscope new" in refused
    )
    table = tables.written(tmp_path / "churn.csv", **words)
    again = workspace.run(*new(table), "--again")
    assert "params.yaml: the study churn stays as it was" in again
    params = yaml.safe_load((workspace.root / "params.yaml").read_text())
    assert params["studies"]["churn"]["training"]["seeds"] == 2
    workspace.dvc("repro", PIPELINE)
    assert len(seeds((workspace.root / SEEDS).read_text())) == 4


TOLD_ONE_LINE = """
from pathlib import Path
from regscope.own import writing
from regscope.own.table_asked import TableAsked
from regscope.own.tables import look_at_table

looked = look_at_table(Path("churn.csv"), "churn", "left", TableAsked())
print(next(writing.bring("churn", looked, writing.tried(looked).block, again=False)))
"""


def test_all_is_done_before_anything_is_told(workspace: Workspace) -> None:
    """Whoever hears it may hang up, as `| head` does."""
    tables.written(workspace.root / "churn.csv")
    assert workspace.run("python", "-c", TOLD_ONE_LINE) == "data/own/churn.csv: under DVC\n"
    staged = workspace.run("git", "diff", "--cached", "--name-only").split()
    assert "data/own/churn.csv.json" in staged
    assert "params.yaml" in staged

"""Reading another revision, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json
from regscope.review.metrics import read_metrics
from regscope.review.trees import revision, working_tree
from tests.review import repository

Review = Callable[..., str]


def test_a_folder_without_git_is_refused(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # A repository further up, if there were one, would be found.
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(workspace.parent))
    with pytest.raises(RegscopeError) as refused:
        repository.review(capsys)
    assert str(refused.value) == (
        f"{workspace}: not a git repository; run this in a clone, where params.yaml lies"
    )


def test_a_missing_git_is_named(committed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(committed))
    with pytest.raises(RegscopeError, match=r"^git: not installed, or not on PATH$"):
        working_tree()


@pytest.mark.parametrize("name", ["nope", "--help", "main:metrics", ""])
def test_an_unknown_revision_is_named(committed: Path, name: str) -> None:
    with pytest.raises(RegscopeError) as refused:
        revision(name)
    assert str(refused.value).startswith(f"revision = {name}: unknown to git; give a branch")


def test_a_revision_without_results_is_named(review: Review) -> None:
    repository.git("checkout", "--quiet", "--orphan", "empty")
    repository.git("rm", "-r", "--quiet", "--cached", ".")
    repository.git("commit", "--quiet", "--allow-empty", "--message", "nothing")
    with pytest.raises(RegscopeError) as refused:
        review("empty")
    assert str(refused.value) == "empty: has no results; there is no metrics/studies/*/seeds.csv"


def test_a_broken_table_is_named_with_its_line(review: Review) -> None:
    table = paths.summary(repository.STUDY) / "seeds.csv"
    lines = table.read_text().splitlines()
    table.write_text("\n".join([*lines[:2], "<<<<<<< HEAD", *lines[2:]]))
    with pytest.raises(RegscopeError) as refused:
        review()
    assert (
        str(refused.value)
        == f"{table} of the working tree: line 3: a conflict of git's that is not resolved"
    )
    table.write_text("\n".join([*lines[:2], lines[2].replace(",1,", ",one,", 1), *lines[3:]]))
    with pytest.raises(RegscopeError, match=r"of the working tree: line 3: not numbers$"):
        review()
    table.write_text("a,b\n1,2\n")
    with pytest.raises(RegscopeError, match="of the working tree: has no column reg"):
        review()


SMALL = paths.summary(repository.STUDY)


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        (paths.CLAIMS, b"{", "not JSON: "),
        (paths.CLAIMS, b'{"claims": [{"id": "helps"}]}', "claims must be a list of claims with an"),
        (paths.CLAIMS, b'{"claims": null}', "claims must be a list of claims with an id"),
        (paths.PARAMS, b"{", "not YAML: "),
        (paths.PARAMS, b"a: 2024-99-99", "not YAML: "),
        (paths.PARAMS, b"- studies\n", "must be a mapping of keys to values$"),
        (paths.PARAMS, b"title: M\xfcnchen\n", "not UTF-8: "),
        (SMALL / "environment.json", b"[]", "must be a mapping of keys to values$"),
        (SMALL / "settings.json", b"null", "must be a mapping of keys to values$"),
        (
            SMALL / "comparisons.csv",
            b"reg,measure,verdict\nl1,loss\n",
            "line 2: 2 fields, and the header has 3$",
        ),
    ],
)
def test_a_broken_file_is_named(review: Review, file: Path, content: bytes, complaint: str) -> None:
    """In the working tree, and at a revision."""
    file.write_bytes(content)
    with pytest.raises(RegscopeError, match=f"^{file} of the working tree: {complaint}") as error:
        review()
    assert "\n" not in str(error.value)
    repository.commit()
    with pytest.raises(RegscopeError, match=f"^{file} of HEAD: {complaint}"):
        review("HEAD")


@pytest.mark.parametrize("studies", ["null", "[]", "{small: null}", "{small: 3}"])
def test_studies_that_are_no_blocks_are_shown_as_they_are(review: Review, studies: str) -> None:
    paths.PARAMS.write_text(f"studies: {studies}\n")
    text = review()
    assert "**params.yaml**" in text or "<summary>params.yaml" in text
    assert "Results of other settings" not in text


@pytest.mark.parametrize("cells", [None, [], {"l1": 3, "l2": None}])
def test_cells_that_are_no_blocks_have_no_settings(review: Review, cells: Any) -> None:
    settings = SMALL / "settings.json"
    write_json(settings, json.loads(settings.read_text()) | {"regularizers": cells})
    assert "Results of other settings" in review()


def test_a_tree_is_what_git_would_commit(committed: Path) -> None:
    (committed / ".gitignore").write_text("*.tmp\n")
    (committed / "metrics" / "new ü.txt").write_text("new")
    (committed / "metrics" / "left.tmp").write_text("left")
    paths.CLAIMS.unlink()
    here = working_tree()
    repository.commit()
    there = revision("main")
    assert dict(here.blobs) == dict(there.blobs)
    assert "metrics/new ü.txt" in here.blobs
    assert here.text(Path("metrics/new ü.txt")) == there.text(Path("metrics/new ü.txt")) == "new"
    assert here.text(paths.CLAIMS) is there.text(paths.CLAIMS) is None
    assert read_metrics(here) == read_metrics(there)


def test_a_seed_without_a_measure_is_left_out(committed: Path) -> None:
    table = paths.summary(repository.STUDY) / "seeds.csv"
    lines = table.read_text().replace(",0.0321,", ",,", 1)
    table.write_text(lines)
    measures = read_metrics(working_tree()).studies[repository.STUDY].seeds["none"]
    assert sorted(measures["expected_calibration_error"]) == [1, 2, 3, 4]
    assert measures["test_accuracy"] == dict(enumerate(repository.NONE))

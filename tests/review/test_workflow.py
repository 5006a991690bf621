"""What the pull-request workflow may do, and that it calls what is there."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from regscope.review.comment import MARKER
from tests.alone import ROOT

FILE = ROOT / ".github" / "workflows" / "review.yml"


@pytest.fixture(scope="module")
def workflow() -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(FILE.read_text())
    return loaded


@pytest.fixture(scope="module")
def review(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = workflow["jobs"]["review"]["steps"]
    return found


@pytest.fixture(scope="module")
def posting(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = workflow["jobs"]["comment"]["steps"]
    return found


@pytest.fixture(scope="module")
def steps(review: list[dict[str, Any]], posting: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*review, *posting]


def test_what_runs_a_strangers_code_may_only_read(workflow: dict[Any, Any]) -> None:
    # YAML reads the key `on` as true. `pull_request_target` would hand a fork's code our token.
    assert list(workflow[True]) == ["pull_request"]
    assert workflow["permissions"] == {"contents": "read"}
    jobs = workflow["jobs"]
    assert list(jobs) == ["review", "comment"]
    assert "permissions" not in jobs["review"]
    assert "secrets" not in FILE.read_text()


def test_what_may_write_is_given_the_text_and_no_code(
    workflow: dict[Any, Any], review: list[dict[str, Any]], posting: list[dict[str, Any]]
) -> None:
    job = workflow["jobs"]["comment"]
    assert job["permissions"] == {"pull-requests": "write"}
    assert job["needs"] == "review"
    actions = [step["uses"].split("@")[0] for step in posting]
    assert actions == ["actions/download-artifact", "actions/github-script"]
    assert not any("run" in step for step in posting)
    sent, taken = review[-1], posting[0]
    assert sent["uses"].startswith("actions/upload-artifact@")
    assert sent["with"]["name"] == taken["with"]["name"]
    (written,) = {step["env"]["COMMENT"] for step in (review[-2], posting[1])}
    assert sent["with"]["path"] == written == f"{taken['with']['path']}/review.md"


def test_no_command_holds_what_a_stranger_may_write(steps: list[dict[str, Any]]) -> None:
    scripts = [step.get("run", "") + step.get("with", {}).get("script", "") for step in steps]
    assert sum(map(bool, scripts)) >= 3
    assert not any("${{" in script for script in scripts)


def test_the_history_is_there_before_it_is_compared(review: list[dict[str, Any]]) -> None:
    """And no token, which git would leave in its configuration."""
    assert review[0]["with"] == {"fetch-depth": 0, "persist-credentials": False}
    runs = [step["run"] for step in review if "run" in step]
    assert runs[0] == "make"
    assert "python -m regscope review" in runs[1]
    assert "GITHUB_STEP_SUMMARY" in runs[1]


def test_every_variable_of_a_command_is_given(steps: list[dict[str, Any]]) -> None:
    for step in steps:
        used = set(re.findall(r"\$\{?([A-Z_]+)", step.get("run", "")))
        used |= set(re.findall(r"process\.env\.([A-Z_]+)", step.get("with", {}).get("script", "")))
        assert used <= {*step.get("env", {}), "GITHUB_STEP_SUMMARY", "GITHUB_ENV"}


def test_the_comment_is_found_by_its_first_line(posting: list[dict[str, Any]]) -> None:
    """Which a branch does not choose, or it could have another comment overwritten."""
    assert posting[-1]["env"]["MARKER"] == MARKER
    script = posting[-1]["with"]["script"]
    assert "const marker = process.env.MARKER" in script
    assert "if (!body.startsWith(marker)) throw" in script
    assert "comment.body?.startsWith(marker)" in script

"""What the pull-request workflow may do, and that it calls what is there."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from regscope.review.comment import MARKER
from tests.conftest import ROOT

FILE = ROOT / ".github" / "workflows" / "review.yml"


@pytest.fixture(scope="module")
def workflow() -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(FILE.read_text())
    return loaded


@pytest.fixture(scope="module")
def steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = workflow["jobs"]["review"]["steps"]
    return found


def test_forks_are_given_no_more_than_reading(workflow: dict[Any, Any]) -> None:
    # YAML reads the key `on` as true. `pull_request_target` would hand a fork's code our token.
    assert list(workflow[True]) == ["pull_request"]
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert "secrets" not in FILE.read_text()


def test_no_command_holds_what_a_stranger_may_write(steps: list[dict[str, Any]]) -> None:
    scripts = [step.get("run", "") + step.get("with", {}).get("script", "") for step in steps]
    assert sum(map(bool, scripts)) >= 3
    assert not any("${{" in script for script in scripts)


def test_the_history_is_there_before_it_is_compared(steps: list[dict[str, Any]]) -> None:
    assert steps[0]["with"] == {"fetch-depth": 0}
    runs = [step["run"] for step in steps if "run" in step]
    assert runs[0] == "make"
    assert "python -m regscope.review" in runs[1]
    assert "GITHUB_STEP_SUMMARY" in runs[1]


def test_every_variable_of_a_command_is_given(steps: list[dict[str, Any]]) -> None:
    for step in steps:
        used = set(re.findall(r"\$\{?([A-Z_]+)", step.get("run", "")))
        used |= set(re.findall(r"process\.env\.([A-Z_]+)", step.get("with", {}).get("script", "")))
        assert used <= {*step.get("env", {}), "GITHUB_STEP_SUMMARY", "GITHUB_ENV"}


def test_the_comment_is_found_by_its_first_line(steps: list[dict[str, Any]]) -> None:
    script = steps[-1]["with"]["script"]
    assert "body.split('\\n', 1)[0]" in script
    assert MARKER not in script

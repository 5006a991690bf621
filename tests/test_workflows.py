"""What every workflow keeps to: actions by commit, no token on disk, rights said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.alone import ROOT

FILES = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))


@pytest.fixture(params=FILES, ids=lambda file: file.name)
def text(request: pytest.FixtureRequest) -> str:
    return str(request.param.read_text())


def steps(text: str) -> Iterator[dict[str, Any]]:
    for job in yaml.safe_load(text)["jobs"].values():
        yield from job["steps"]


def test_actions_are_pinned_by_commit_with_the_version_beside_it(text: str) -> None:
    used = re.findall(r"uses: *(.*)", text)
    assert len(used) == sum("uses" in step for step in steps(text)) > 0
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_one_commit_an_action_in_all_workflows() -> None:
    used: dict[str, set[str]] = {}
    for file in FILES:
        for name, pinned in re.findall(r"uses: *([^@]+)@(.*)", file.read_text()):
            used.setdefault(name, set()).add(pinned)
    assert {name for name, pinned in used.items() if len(pinned) > 1} == set()


def test_no_checkout_leaves_its_token(text: str) -> None:
    for step in steps(text):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_rights_are_said_and_runs_end(text: str) -> None:
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())


def test_known_vulnerabilities_are_looked_for_on_a_schedule() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "audit.yml").read_text())
    # YAML reads the key `on` as true.
    assert workflow[True]["schedule"]
    assert {"run": "make audit"} in list(steps((FILES[0].parent / "audit.yml").read_text()))
    assert re.search(r"^audit:.*\n(\t.*\n)*\t.*pip_audit", (ROOT / "Makefile").read_text(), re.M)

"""The repository's own README and pages: current results, nothing left to fill in, no dead link."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.committed import committed

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "bench" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
PLACEHOLDER = re.compile(r"@[A-Z]+@")
# Made by `dvc repro` and not in git.
MADE = {ROOT / "report" / "index.html"}


@pytest.mark.parametrize(
    "command", ["regscope readme", "regscope cards", "bench.readme", "bench.tables_beside"]
)
def test_generated_blocks_are_those_of_the_committed_results(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command.split(), "--check"],
        cwd=committed(),
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_nothing_is_left_to_fill_in(page: Path) -> None:
    assert PLACEHOLDER.findall(page.read_text()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_to_files(page: Path) -> None:
    found = LINK.findall(CODE.sub("", page.read_text()))
    links = [link for link in found if not re.match(r"[a-z]+:", link)]
    targets = {link: (page.parent / link.partition("#")[0]).resolve() for link in links}
    files = {link: path for link, path in targets.items() if not link.startswith("#")}
    missing = [link for link, path in files.items() if not path.exists() and path not in MADE]
    assert missing == []


def test_links_are_found() -> None:
    assert "metrics/README.md" in LINK.findall((ROOT / "README.md").read_text())

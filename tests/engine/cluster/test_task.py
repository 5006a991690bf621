"""The conditions that a worker of a cluster meets before it trains."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from regscope.base.errors import RegscopeError
from regscope.engine.cluster import task
from regscope.engine.cluster.messages import Home
from regscope.engine.cluster.session import python_and_packages


def test_packages_of_other_versions_are_refused_in_one_line(workspace: Path) -> None:
    here = python_and_packages()
    task._begin(Home(str(workspace), {}, here))
    with pytest.raises(RegscopeError) as refused:
        task._begin(Home(str(workspace), {}, {**here, "torch": "0.1"}))
    assert str(refused.value) == (
        f"{os.uname().nodename} has torch {here['torch']}; must be 0.1, as where the command runs"
    )


def test_elsewhere_it_works_in_a_folder_of_the_files_that_were_sent(workspace: Path) -> None:
    files = {"nets/mine.py": b"a = 1\n", "data/own/rows.csv.json": b"{}"}
    task._begin(Home(None, files, {}))
    folder = Path.cwd()
    assert folder != workspace
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found == files
    task._begin(Home(None, dict(reversed(files.items())), {}))
    assert Path.cwd() == folder

"""Ray where it is asked for, and nowhere else."""

from __future__ import annotations

import socket
import subprocess
import sys
from importlib import util
from pathlib import Path
from typing import Any

import pytest

from regscope.base.errors import RegscopeError
from regscope.engine.cell import train_cell
from regscope.engine.choice import ENGINE
from regscope.engine.cluster import session
from tests import tiny
from tests.alone import ROOT

LIGHT = """
import sys
from regscope.command import app
from regscope.engine.cell import training_cell
from regscope.engine.choice import chosen_engine

chosen_engine()
print([name for name in sys.modules if name.startswith(("ray", "regscope.engine.cluster"))])
"""


def test_nothing_of_it_is_loaded_unless_it_is_asked_for(workspace: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_where_it_is_not_installed_one_line_says_how(
    workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(name: str, *others: Any) -> Any:
        return None if name == "ray" else util.find_spec(name, *others)

    monkeypatch.setenv(ENGINE, "ray")
    monkeypatch.setattr(session, "find_spec", found)
    with pytest.raises(RegscopeError) as refused:
        train_cell(tiny.study(), "tested", digits_folder, "tiny")
    assert str(refused.value) == (
        "tiny: REGSCOPE_ENGINE = ray: Ray is not installed; it is the extra `ray`: pip install -r"
        " requirements-ray.txt"
    )
    assert (ROOT / "requirements-ray.txt").is_file()


@pytest.mark.parametrize("address", ["ray://10.0.0.1:10001", "10.0.0.1", ":6379", "host:port"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(RegscopeError) as refused:
        session.check_address(address)
    assert str(refused.value) == (
        f"RAY_ADDRESS = {address}: must be HOST:PORT of the head, on a machine that is a node of"
        " the cluster itself; or auto, or local"
    )


def test_where_nobody_answers_one_line_says_so() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"
        with pytest.raises(RegscopeError, match=r"no cluster answers there .*refused") as refused:
            session.check_address(address)
    assert str(refused.value).startswith(f"RAY_ADDRESS = {address}: ")
    session.check_address("auto")


def test_workers_know_their_arithmetic_before_they_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of another are other processes; here the package is the one that asks."""
    monkeypatch.delenv(session.ADDRESS, raising=False)
    monkeypatch.setenv("PYTHONPATH", "/mine")
    fastest, portable = session.variables("fastest"), session.variables("portable")
    assert fastest != portable
    assert fastest["PYTHONPATH"] == f"{ROOT}:/mine"
    monkeypatch.setenv(session.ADDRESS, "10.0.0.1:6379")
    assert "PYTHONPATH" not in session.variables("fastest")

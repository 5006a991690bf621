"""The bar over all cells."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest

from regscope.engine import bar
from regscope.engine.bar import Share, overall
from regscope.engine.messages import Epoch


def test_it_says_how_many_cells_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that had nothing left, and each once its last seed has ended its last epoch."""
    shown = io.StringIO()
    monkeypatch.setattr(bar, "LOOKS", {"file": shown, "mininterval": 0, "miniters": 1})
    shares = {"a": Share(4, 4, 1), "b": Share(2, 0, 1), "c": Share(2, 2, 1)}

    def told(label: str, seeds: int) -> str:
        work: Any = SimpleNamespace(label=label)
        heard(work, Epoch("none", tuple(range(seeds)), 1, ()))
        return shown.getvalue().rpartition("\r")[2]

    with overall(shares) as heard:
        assert ", 1 done; a: epoch 1" in told("a", 2)
        assert ", 2 done; c: epoch 1" in told("c", 2)
        assert ", 2 done; a: epoch 1" in told("a", 1)
        assert ", 3 done; a: epoch 1" in told("a", 1)


def test_without_a_terminal_a_line_says_so_and_not_too_often(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0.0, 4.0, 11.0, 11.0, 12.0, 30.0, 30.0])
    monkeypatch.setattr(bar, "monotonic", lambda: next(clock))
    shares = {label: Share(2, 2, 1) for label in "abcd"}
    with overall(shares) as heard:
        for label in "abcd":
            for _ in range(2):
                work: Any = SimpleNamespace(label=label)
                heard(work, Epoch("none", (0,), 1, ()))
    told = capsys.readouterr().out.splitlines()
    assert told == ["b: trained, 2 of 4 cells", "d: trained, 4 of 4 cells"]

"""What a measure's function is given, by the names of its parameters."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
import torch

from regscope.evaluation.seen import Predictions, measured
from regscope.measures.catalog import Measure

SEEN = Predictions(torch.tensor([[2.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 0]))
MINE = "regscope.measures.mine"


def measure(source: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    module = ModuleType(MINE)
    exec(source, module.__dict__)
    monkeypatch.setitem(sys.modules, MINE, module)
    return measured([Measure("mine", "Mine", function="mine.mine")], SEEN)


def test_it_is_given_what_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "def mine(logits, labels): return (logits.argmax(1) == labels).sum()"
    assert measure(source, monkeypatch) == {"mine": 1.0}


def test_what_was_not_seen_here_leaves_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert measure("def mine(network): return 1.0", monkeypatch) == {}
    assert measure("def mine(labels): return None", monkeypatch) == {}


def test_a_name_that_is_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TypeError, match=r"^mine\.mine: asks for confusoin$"):
        measure("def mine(confusoin): return 1.0", monkeypatch)

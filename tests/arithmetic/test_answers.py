"""What portable arithmetic is made of gives the bits on record under every processor's kernels."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from regscope.arithmetic import answers
from tests.processors import PROCESSORS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("processor", PROCESSORS)
def test_the_bits_are_those_on_record(processor: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "regscope", "arithmetic"],
        cwd=ROOT,
        env=os.environ | PROCESSORS[processor],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "portable arithmetic: yes", done.stdout


def test_the_record_holds_every_operation() -> None:
    assert set(json.loads(answers.RECORD.read_text())) == set(answers.OPERATIONS)


def test_one_wrong_bit_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = torch.ones(3)
    record = {"one": answers._digest(right)}
    wrong = right.clone()
    wrong.view(torch.int32)[1] ^= 1
    monkeypatch.setattr(json, "loads", lambda _: record)
    monkeypatch.setattr(answers, "OPERATIONS", {"one": lambda: right})
    assert answers.differing() == []
    monkeypatch.setattr(answers, "OPERATIONS", {"one": lambda: wrong})
    assert answers.differing() == ["one"]

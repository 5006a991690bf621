"""The choice of a device."""

from __future__ import annotations

import pytest
import torch

from regscope.base.errors import RegscopeError
from regscope.engine.device import chosen_device, present_device


@pytest.mark.parametrize("chosen", ["cpu", "cuda", "cuda:1"])
def test_the_environment_chooses(chosen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGSCOPE_DEVICE", chosen)
    assert chosen_device() == chosen


def test_an_empty_choice_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGSCOPE_DEVICE", "")
    assert chosen_device() is None
    monkeypatch.delenv("REGSCOPE_DEVICE")
    assert chosen_device() is None


@pytest.mark.parametrize("wrong", ["gpu", "cuda:", "cuda:x", "CPU", "cpu "])
def test_an_unknown_device_is_refused(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGSCOPE_DEVICE", wrong)
    with pytest.raises(RegscopeError) as refused:
        chosen_device()
    line = f"REGSCOPE_DEVICE = {wrong}: choose from: cpu, cuda, cuda:0, cuda:1, ..."
    assert str(refused.value) == line


@pytest.mark.parametrize(
    ("gpus", "chosen", "expected"),
    [
        (0, None, "cpu"),
        (0, "cpu", "cpu"),
        (2, None, "cuda:0"),
        (2, "cpu", "cpu"),
        (2, "cuda", "cuda:0"),
        (2, "cuda:1", "cuda:1"),
    ],
)
def test_a_present_device_is_taken(
    gpus: int, chosen: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    see(gpus, monkeypatch)
    assert present_device(chosen) == expected


@pytest.mark.parametrize(
    ("gpus", "chosen", "seen"),
    [(0, "cuda", "cpu"), (0, "cuda:0", "cpu"), (2, "cuda:2", "cpu, cuda:0, cuda:1")],
)
def test_an_absent_device_is_refused(
    gpus: int, chosen: str, seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    see(gpus, monkeypatch)
    with pytest.raises(RegscopeError) as refused:
        present_device(chosen)
    assert str(refused.value) == f"REGSCOPE_DEVICE = {chosen}: not here; torch sees: {seen}"


def see(gpus: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let torch see so many GPUs."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)

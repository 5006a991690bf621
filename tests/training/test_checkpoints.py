from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from regscope.training import checkpoints
from regscope.training.loop import Progress


def progress() -> Progress:
    return Progress(
        epoch=3,
        history=torch.rand(5, 2, 3),
        # A strided view, whose buffer holds its elements in another order.
        model={"hidden1.weight": torch.rand(2, 4, 3).transpose(1, 2)},
        optimizer={"step.0": torch.tensor(7), "first.0": torch.rand(2, 3, 4)},
    )


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "new" / "0-1.safetensors"
    saved = progress()
    checkpoints.save(path, saved)
    found = checkpoints.load(path)
    assert found is not None
    assert found.epoch == 3
    assert torch.equal(found.history, saved.history)
    for states in ((found.model, saved.model), (found.optimizer, saved.optimizer)):
        assert list(states[0]) == list(states[1])
        assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert [file.name for file in path.parent.iterdir()] == ["0-1.safetensors"]


@pytest.mark.parametrize("content", [b"", b"no safetensors"])
def test_what_cannot_be_read_counts_as_nothing(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "0-1.safetensors"
    assert checkpoints.load(path) is None
    path.write_bytes(content)
    assert checkpoints.load(path) is None


def test_a_truncated_checkpoint_counts_as_nothing(tmp_path: Path) -> None:
    path = tmp_path / "0-1.safetensors"
    checkpoints.save(path, progress())
    path.write_bytes(path.read_bytes()[:-1])
    assert checkpoints.load(path) is None


def folder(data: Path, decisive: dict[str, Any]) -> Path:
    return checkpoints.folder_for(decisive, data)


def test_a_folder_stands_for_settings_data_and_numerics(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = workspace / "data.safetensors"
    data.write_bytes(b"one")
    first = folder(data, {"reg": "l1", "seeds": 5})
    assert first.parent == workspace / ".regscope" / "checkpoints"
    assert folder(data, {"seeds": 5, "reg": "l1"}) == first
    assert folder(data, {"reg": "l1", "seeds": 6}) != first
    data.write_bytes(b"two")
    assert folder(data, {"reg": "l1", "seeds": 5}) != first
    data.write_bytes(b"one")
    assert folder(data, {"reg": "l1", "seeds": 5}) == first
    monkeypatch.setattr(checkpoints, "NUMERICS_VERSION", -1)
    assert folder(data, {"reg": "l1", "seeds": 5}) != first

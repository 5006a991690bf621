from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from regscope.base.checksums import intact
from regscope.base.errors import RegscopeError
from regscope.engine import checkpoints
from regscope.engine.plan import Stack, Standing
from regscope.training.progress import Progress


def progress() -> Progress:
    return Progress(
        numbers=(4, 7),
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
    assert found.numbers == (4, 7)
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


def test_any_damaged_byte_makes_it_count_as_nothing(tmp_path: Path) -> None:
    path = tmp_path / "0-1.safetensors"
    checkpoints.save(path, progress())
    whole = path.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        assert not intact(path), place
    assert checkpoints.load(path) is None
    assert checkpoints.standings(tmp_path) == []
    assert checkpoints.remove_damaged(tmp_path, []) == [path]
    path.write_bytes(whole)
    assert checkpoints.load(path) is not None


def test_one_without_a_checksum_counts_as_nothing(tmp_path: Path) -> None:
    path = tmp_path / "0-1.safetensors"
    save_file({"seeds": torch.tensor([0]), "epoch": torch.tensor(1)}, path)
    assert checkpoints.standings(tmp_path) == []


def test_an_end_state_that_was_damaged_is_removed_and_named(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    checkpoints.save(path, progress())
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(RegscopeError) as refused:
        checkpoints.end_states([Stack((4, 7), path, 3, path, (0, 1))])
    assert str(refused.value) == (
        f"{path}: damaged, and removed; run the same command again to train its seeds anew"
    )
    assert not path.exists()


def test_some_of_its_seeds_are_loaded(tmp_path: Path) -> None:
    path = tmp_path / "0-1.safetensors"
    saved = progress()
    checkpoints.save(path, saved)
    found = checkpoints.load(path, [1])
    assert found is not None
    assert found.numbers == (7,)
    assert torch.equal(found.history, saved.history[:, [1]])
    assert torch.equal(found.model["hidden1.weight"], saved.model["hidden1.weight"][[1]])
    assert torch.equal(found.optimizer["first.0"], saved.optimizer["first.0"][[1]])
    assert found.optimizer["step.0"] == 7


def test_standings_are_those_of_the_readable_files(tmp_path: Path) -> None:
    checkpoints.save(tmp_path / "a.safetensors", progress())
    checkpoints.save(tmp_path / "b.safetensors", progress())
    cut = tmp_path / "b.safetensors"
    cut.write_bytes(cut.read_bytes()[:-1])
    (tmp_path / ".c.safetensors.1.partial").write_bytes(b"")
    assert checkpoints.standings(tmp_path) == [Standing(tmp_path / "a.safetensors", (4, 7), 3)]
    assert checkpoints.standings(tmp_path / "none") == []
    whole = checkpoints.standings(tmp_path)
    assert checkpoints.remove_damaged(tmp_path, whole) == [cut]
    assert [file.name for file in sorted(tmp_path.iterdir())] == [
        ".c.safetensors.1.partial", "a.safetensors",
    ]  # fmt: skip


def test_end_states_are_in_the_order_of_the_seeds(tmp_path: Path) -> None:
    saved = progress()
    checkpoints.save(tmp_path / "a.safetensors", saved)
    other = progress()
    other.numbers = (5, 6)
    checkpoints.save(tmp_path / "b.safetensors", other)
    stacks = [
        Stack((4, 7), Path(), 3, tmp_path / "a.safetensors", (0, 1)),
        Stack((6,), Path(), 3, tmp_path / "b.safetensors", (1,)),
    ]
    state, history = checkpoints.end_states(stacks)
    assert list(state) == ["hidden1.weight"]
    for found, axis, first, second in (
        (torch.from_numpy(history), 1, saved.history, other.history),
        *(
            (torch.from_numpy(state[name]), 0, saved.model[name], other.model[name])
            for name in state
        ),
    ):
        expected = [first.select(axis, 0), second.select(axis, 1), first.select(axis, 1)]
        assert torch.equal(found, torch.stack(expected, axis))


def test_a_checkpoint_that_cannot_be_written_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "0-1.safetensors"
    path.mkdir()
    with pytest.raises(OSError, match=r"0-1\.safetensors"):
        checkpoints.save(path, progress())
    assert list(tmp_path.iterdir()) == [path]


def folder(data: Path, decisive: dict[str, Any]) -> Path:
    return checkpoints.folder_for(decisive, data)


def test_a_folder_stands_for_settings_data_and_numerics(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = workspace / "data.safetensors"
    data.write_bytes(b"one")
    description = workspace / "dataset.json"
    description.write_text('{"scale": 1.0}')
    first = folder(data, {"reg": "l1", "seeds": 5})
    assert first.parent == workspace / ".regscope" / "checkpoints"
    assert folder(data, {"seeds": 5, "reg": "l1"}) == first
    assert folder(data, {"reg": "l1", "seeds": 6}) != first
    data.write_bytes(b"two")
    assert folder(data, {"reg": "l1", "seeds": 5}) != first
    data.write_bytes(b"one")
    assert folder(data, {"reg": "l1", "seeds": 5}) == first
    description.write_text('{"scale": 0.5}')
    assert folder(data, {"reg": "l1", "seeds": 5}) != first
    description.write_text('{"scale": 1.0}')
    assert folder(data, {"reg": "l1", "seeds": 5}) == first
    monkeypatch.setattr(checkpoints, "NUMERICS_VERSION", -1)
    assert folder(data, {"reg": "l1", "seeds": 5}) != first

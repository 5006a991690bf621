"""How much memory is free."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from regscope.engine import memory
from regscope.engine.memory import free_in_cgroups, free_memory, own_memory

NAMES = {
    1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    2: ("memory.max", "memory.current", "inactive_file"),
}


def group(folder: Path, version: int, limit: str, used: int, cached: int) -> None:
    """A control group's files."""
    folder.mkdir(parents=True, exist_ok=True)
    names = NAMES[version]
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 5\n{names[2]} {cached}\nshmem 0\n")


def membership(folder: Path, text: str) -> Path:
    path = folder / "cgroup"
    path.write_text(text)
    return path


def test_a_group_of_version_2_and_those_it_is_in(tmp_path: Path) -> None:
    group(tmp_path / "outer", 2, "1000", 400, 100)
    group(tmp_path / "outer/inner", 2, "500", 450, 20)
    group(tmp_path / "outer/inner/free", 2, "max", 450, 20)
    (tmp_path / "other").mkdir()
    own = membership(tmp_path, "0::/outer/inner/free\n")
    assert free_in_cgroups(tmp_path, own) == [70, 700]


def test_a_group_of_version_1(tmp_path: Path) -> None:
    group(tmp_path / "memory/own", 1, "800", 300, 50)
    own = membership(tmp_path, "9:name=systemd:/x\n4:cpu,memory:/own\n0::/\n")
    assert free_in_cgroups(tmp_path, own) == [550]


def test_within_a_container_the_root_is_the_group(tmp_path: Path) -> None:
    group(tmp_path, 2, "800", 900, 0)
    assert free_in_cgroups(tmp_path, membership(tmp_path, "0::/../host/path\n")) == [0]


def test_where_there_are_no_groups(tmp_path: Path) -> None:
    assert free_in_cgroups(tmp_path, tmp_path / "cgroup") == []
    assert free_in_cgroups(tmp_path, membership(tmp_path, "0::/\n")) == []


def test_the_tighter_of_machine_and_group_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "CGROUPS", tmp_path)
    monkeypatch.setattr(memory, "MEMBERSHIP", membership(tmp_path, "0::/\n"))
    assert 0 < free_memory() <= psutil.virtual_memory().total
    group(tmp_path, 2, "4096", 96, 0)
    assert free_memory() == 4000


def test_what_a_process_holds_is_counted_and_no_file() -> None:
    before = own_memory()
    held = b"1" * 2**26
    assert own_memory() - before == pytest.approx(len(held), rel=0.05)


def test_where_the_system_does_not_tell_it_counts_as_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "PAGES", tmp_path / "none")
    assert own_memory() == 0

"""requirements.lock: what requirements.txt pins and brings along, each with its hashes."""

from __future__ import annotations

import re

from packaging.requirements import Requirement

from tests.alone import ROOT

LOCK = (ROOT / "requirements.lock").read_text()
ENTRY = re.compile(
    r"^([A-Za-z0-9._-]+)==([^ ;\\]+)([^\n]*)((?:\n +--hash=sha256:[0-9a-f]{64}[ \\]*)*)", re.M
)
NOT_LOCKED = {"torch", "torchvision"}
"""Their builds differ between machines, and so do the packages that these need."""


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned() -> dict[str, str]:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    found = [
        Requirement(line.partition("#")[0]) for line in lines if line.partition("#")[0].strip()
    ]
    return {canonical(one.name): str(one.specifier).removeprefix("==") for one in found}


def test_every_entry_of_the_lock_has_hashes() -> None:
    entries = ENTRY.findall(LOCK)
    assert len(entries) > 100
    assert len(entries) == len(re.findall(r"^[^\s#]", LOCK, re.M))
    assert not [name for name, _, _, hashes in entries if "--hash" not in hashes]


def test_the_lock_holds_the_versions_of_requirements() -> None:
    locked = {canonical(name): version for name, version, _, _ in ENTRY.findall(LOCK)}
    assert {name: locked.get(name) for name in pinned() if name not in NOT_LOCKED} == {
        name: version for name, version in pinned().items() if name not in NOT_LOCKED
    }, "run: make lock"
    assert not NOT_LOCKED & set(locked)


def test_what_several_files_pin_has_one_version() -> None:
    found: dict[str, set[str]] = {}
    for file in ROOT.glob("requirements*.txt"):
        for line in file.read_text().splitlines():
            if entry := re.match(r"([A-Za-z0-9._-]+)(?:\[.*\])?==(\S+)", line):
                found.setdefault(canonical(entry[1]), set()).add(entry[2])
    assert {name: versions for name, versions in found.items() if len(versions) > 1} == {}
    assert "ipykernel" in found


def test_nothing_names_a_place_to_install_from() -> None:
    for file in ROOT.glob("requirements*"):
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", file.read_text())

"""Every clone has the same bytes, whatever line endings its git is told to give."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def git(folder: Path, *arguments: str, fed: bytes | None = None) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, input=fed).stdout


@pytest.mark.parametrize(
    "settings",
    [
        ["core.autocrlf=true"],
        ["core.eol=crlf"],
        ["core.autocrlf=input", "core.safecrlf=true"],
    ],
    ids=lambda settings: " ".join(settings),
)
def test_a_clone_has_the_committed_bytes(settings: list[str], tmp_path: Path) -> None:
    options = [part for setting in settings for part in ("-c", setting)]
    git(tmp_path, "clone", "--quiet", *options, str(ROOT), "clone")
    clone = tmp_path / "clone"
    # As git keeps them, without any filter: `hash-object` of the files as they lie there.
    kept = {}
    for entry in git(clone, "ls-tree", "-r", "-z", "HEAD").decode().split("\0")[:-1]:
        (_, _, digest), name = entry.partition("\t")[0].split(), entry.partition("\t")[2]
        kept[name] = digest
    names = "\n".join(kept).encode()
    lying = git(clone, "hash-object", "--no-filters", "--stdin-paths", fed=names).decode().split()
    changed = [name for name, digest in zip(kept, lying, strict=True) if kept[name] != digest]
    assert len(kept) > 100
    assert not changed
    assert not git(clone, "status", "--porcelain")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("metrics/published.png", {"text": "unset", "diff": "unset"}),
        ("somewhere/network.safetensors", {"text": "unset", "diff": "unset"}),
        ("metrics/studies/new/seeds.csv", {"text": "auto", "eol": "lf"}),
        ("regscope/datasets/mine.py", {"text": "auto", "eol": "lf"}),
        (".ci/run", {"text": "auto", "eol": "lf"}),
        ("dvc.lock", {"text": "auto", "eol": "lf", "linguist-generated": "set"}),
        ("studies/new/dvc.lock", {"linguist-generated": "set"}),
        ("metrics/studies/new/SHA256SUMS", {"linguist-generated": "set"}),
        ("metrics/pages/new.md", {"linguist-generated": "unspecified"}),
    ],
)
def test_git_is_told_of_line_ends_pictures_and_what_is_folded(
    name: str, expected: dict[str, str]
) -> None:
    asked = ("text", "diff", "eol", "linguist-generated")
    told = git(ROOT, "check-attr", *asked, "--", name).decode().splitlines()
    found = dict(line.removeprefix(f"{name}: ").split(": ") for line in told)
    assert expected.items() <= found.items()

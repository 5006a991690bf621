"""What git holds at a revision, and what lies in the working tree, read alike."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from regscope.base import paths
from regscope.base.errors import RegscopeError

READ = tuple(
    path.as_posix() for path in (paths.METRICS, paths.PLOTS, paths.PARAMS, paths.PATHS_PARAMS)
)
"""The folders and files that a review looks at."""


@dataclass(frozen=True)
class Tree:
    """The files below READ: `blobs` is `{path: git's hash of its content}`.

    `name` is what a user calls the tree; `commit` its hash, None of the working tree.
    """

    name: str
    commit: str | None
    blobs: Mapping[str, str]
    content: Callable[[str], bytes]

    def text(self, path: Path) -> str | None:
        """None where there is no such file. Raises RegscopeError where it is not UTF-8."""
        name = path.as_posix()
        if name not in self.blobs:
            return None
        try:
            return self.content(name).decode()
        except UnicodeDecodeError as error:
            raise RegscopeError(f"{path} of {self.name}: not UTF-8: {error.reason}") from error


def revision(name: str) -> Tree:
    """The tree of a branch, a tag or a commit.

    Raises RegscopeError where this is no git repository or git does not know the revision.
    """
    _in_a_repository()
    found = _run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.returncode:
        raise RegscopeError(
            f"revision = {name}: unknown to git; give a branch, a tag or a commit that was fetched"
        )
    commit = found.stdout.decode().strip()
    blobs = {}
    for line in _git("ls-tree", "-r", "-z", commit, "--", *READ).split("\0"):
        if line:
            described, path = line.split("\t", 1)
            blobs[path] = described.split()[2]
    return Tree(name, commit, blobs, lambda path: _git_bytes("cat-file", "blob", blobs[path]))


def working_tree() -> Tree:
    """What lies here, without what git ignores.

    Raises RegscopeError where this is no git repository.
    """
    prefix = _in_a_repository()
    listed = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *READ)
    present = sorted({path for path in listed.split("\0") if path and Path(path).is_file()})
    # Unlike the others, this command reads paths from the repository's root.
    rooted = "".join(f"{prefix}{path}\n" for path in present)
    hashes = _git("hash-object", "--stdin-paths", given=rooted).split()
    blobs = dict(zip(present, hashes, strict=True))
    return Tree("the working tree", None, blobs, lambda path: Path(path).read_bytes())


def _in_a_repository() -> str:
    """The folder that this is in the repository, with a slash; empty at its root."""
    found = _run("rev-parse", "--show-prefix")
    if found.returncode:
        complaint = _first_line(found.stderr)
        if "not a git repository" in complaint:
            complaint = "not a git repository; run this in a clone, where params.yaml lies"
        raise RegscopeError(f"{Path.cwd()}: {complaint}")
    return found.stdout.decode().rstrip("\n")


def _git(*arguments: str, given: str = "") -> str:
    return _git_bytes(*arguments, given=given).decode()


def _git_bytes(*arguments: str, given: str = "") -> bytes:
    done = _run(*arguments, given=given)
    if done.returncode:
        raise RegscopeError(f"git {arguments[0]}: {_first_line(done.stderr)}")
    return done.stdout


def _run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", *arguments], input=given.encode(), capture_output=True, check=False
        )
    except FileNotFoundError as error:
        raise RegscopeError("git: not installed, or not on PATH") from error


def _first_line(stderr: bytes) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[0].removeprefix("fatal: ") if lines else "failed without a word"

"""Where a module of one's own is to be found: `FILE.py:NAME`, or `package.module:NAME`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from regscope.base.errors import RegscopeError
from regscope.base.lines import choose, shown

FORM = "must be FILE.py:NAME, a file of the repository and a class in it, or package.module:NAME"
LARGEST_READ = 2**20
"""Bytes of a file whose names are looked up before it is run."""


@dataclass(frozen=True)
class Address:
    """`place` is a file's path, relative to the repository, or the dotted name of a module; `name`
    is that of a class or a function in it."""

    place: str
    name: str

    @classmethod
    def of(cls, text: str) -> Address:
        """Raises RegscopeError where it is written otherwise, or leads out of the repository."""
        place, _, name = text.rpartition(":")
        dotted = all(part.isidentifier() for part in place.split("."))
        if not name.isidentifier() or not (place.endswith(".py") or dotted):
            raise RegscopeError(FORM)
        address = cls(place, name)
        if address.file is not None:
            check_inside(address.file)
        return address

    @property
    def file(self) -> Path | None:
        """The file, where it is one that is named."""
        return Path(self.place) if self.place.endswith(".py") else None

    @property
    def own_files(self) -> tuple[Path, ...]:
        """What of the repository decides what the module is: its file, or all of its package."""
        if self.file is not None:
            return (self.file,)
        root = self.place.partition(".")[0]
        found = (Path(root), Path(f"{root}.py"))
        return tuple(path for path in found if path.exists())[:1]

    def check(self) -> None:
        """Raises RegscopeError where the file is not there, or plainly has no such name.

        Without running it, so that settings are checked in no time; what is wrong inside is told
        where a network is made.
        """
        if self.file is None:
            return
        check_file(self.file)
        names = _names_in(self.file, self.file.stat().st_mtime_ns)
        if names is not None and self.name not in (*names.defined, *names.imported):
            choices = choose(names.defined, near=self.name)
            raise RegscopeError(f"{self.file} has no {self.name}: {choices}")


def check_inside(path: Path) -> None:
    """Raises RegscopeError where git and DVC would not follow the file."""
    if path.is_absolute() or ".." in path.parts:
        raise RegscopeError(
            "must lie in the repository, where git and DVC follow it: copy it there"
        )


def check_file(path: Path) -> None:
    """Raises RegscopeError where there is no such file, with those that are there."""
    try:
        if path.is_file():
            return
        beside = [found.as_posix() for found in sorted(path.parent.glob("*.py"))]
    except OSError:
        beside = []
    there = choose(beside, near=str(path)) if beside else "put it there"
    raise RegscopeError(f"no such file {shown(str(path))}: {there}")


@dataclass(frozen=True)
class Names:
    """What a file defines and imports at its top level."""

    defined: tuple[str, ...]
    imported: tuple[str, ...]


@lru_cache(maxsize=64)
def _names_in(file: Path, modified: int) -> Names | None:
    """None where only running it would tell."""
    del modified
    if file.stat().st_size > LARGEST_READ:
        return None
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, RecursionError):
        return None
    names, imported = list[str](), list[str]()
    for statement in tree.body:
        match statement:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                names.append(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                imported += [alias.asname or alias.name.partition(".")[0] for alias in aliases]
            case ast.Assign(targets=targets):
                names += [name for target in targets for name in _bound(target)]
            case ast.Expr(value=ast.Constant()):
                pass
            case _:
                # A branch, a loop, a star: anything may come of it.
                return None
    if {"*", "__getattr__"}.intersection((*names, *imported)):
        return None
    return Names(tuple(names), tuple(imported))


def _bound(target: ast.expr) -> list[str]:
    """The names that a target of an assignment binds, unpacked ones too."""
    parts = [part for part in ast.walk(target) if isinstance(part, ast.Name)]
    return [part.id for part in parts if isinstance(part.ctx, ast.Store)]

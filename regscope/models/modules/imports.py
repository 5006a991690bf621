"""What a file of one's own imports of the repository: seen whatever the process has loaded."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from regscope.base.errors import RegscopeError
from regscope.base.paths import PACKAGE


@contextmanager
def imported_anew(label: str, files: Sequence[Path]) -> Iterator[None]:
    """Around running the file `label`, in which modules of the repository are imported anew.

    Those that were there before are there again afterwards; in place of older ones of `files`, what
    was imported here. Raises RegscopeError where the file imports one that `files` lacks, and
    leaves none then.
    """
    known = {file.absolute() for file in files}
    before = _local(known)
    for name in before:
        del sys.modules[name]
    try:
        yield
        _check(label, known)
    except BaseException:
        for name in _local(known):
            del sys.modules[name]
        raise
    finally:
        _put_back(before)


def _local(known: set[Path]) -> dict[str, ModuleType]:
    """Modules whose files lie in the repository, and packages without a file that hold them."""
    here, found = Path.cwd(), dict[str, ModuleType]()
    for name, module in list(sys.modules.items()):
        file = _of(module)
        # `__main__` is what runs, and no import.
        if file is not None and not name.startswith("__") and _counts(file, known, here):
            found[name] = module
    for name in list(found):
        while name := name.rpartition(".")[0]:
            if name in sys.modules and _of(sys.modules[name]) is None:
                found[name] = sys.modules[name]
    return found


def _counts(file: Path, known: set[Path], here: Path) -> bool:
    if file in known:
        return True
    if not file.is_relative_to(here) or file.is_relative_to(PACKAGE):
        return False
    return "site-packages" not in file.parts and file.suffix == ".py"


def _check(label: str, known: set[Path]) -> None:
    here = Path.cwd()
    for _, module in sorted(_local(known).items()):
        file = _of(module)
        if file is None or file in known or file == here / label:
            continue
        relative = file.relative_to(here).as_posix()
        raise RegscopeError(
            f"{label} imports {relative}, whose changes would go unseen: name it, as"
            f" model.files: [{relative}]"
        )


def _put_back(before: dict[str, ModuleType]) -> None:
    missing = {name: module for name, module in before.items() if name not in sys.modules}
    sys.modules.update(missing)
    for name, module in missing.items():
        parent, _, own = name.rpartition(".")
        # A package that was imported anew does not have it yet.
        if parent in sys.modules and not hasattr(sys.modules[parent], own):
            setattr(sys.modules[parent], own, module)


def _of(module: ModuleType | None) -> Path | None:
    file = getattr(module, "__file__", None)
    return Path(file).absolute() if isinstance(file, str) else None

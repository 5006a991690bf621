"""What a file of one's own imports of the repository: seen whatever the process has loaded."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from regscope.base.errors import RegscopeError
from regscope.base.foreign import INSTALLED
from regscope.base.paths import PACKAGE

LOADED = "regscope_module_"
"""What names of networks' own files begin with."""


@contextmanager
def imported_anew(label: str, files: Sequence[Path]) -> Iterator[None]:
    """Around running the file `label`, in which modules of the repository are imported anew.

    Those that were there before are there again afterwards, but for `files`, of which there may be
    newer ones now. Raises RegscopeError where the file imports one that `files` lacks, and
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
        _put_back(before, known)


def _local(known: set[Path]) -> dict[str, ModuleType]:
    """Modules whose files lie in the repository, and packages without a file that hold them."""
    here, found = Path.cwd(), dict[str, ModuleType]()
    # Of thousands few lie there, and paths take a hundred times as long to compare as text does.
    inside, named = os.path.join(here, ""), {str(file) for file in known}  # noqa: PTH118
    for name, module in list(sys.modules.items()):
        written = getattr(module, "__file__", None)
        if not isinstance(written, str) or not (written.startswith(inside) or written in named):
            continue
        file = _of(module)
        # `__main__` is what runs, and no import; nor are networks that were loaded before.
        if file is None or name.startswith(("__", LOADED)):
            continue
        if _counts(file, known, here):
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
    # Not an interpreter, or what is installed there, that lies in the repository.
    if "site-packages" in file.parts or any(file.is_relative_to(place) for place in INSTALLED):
        return False
    return file.suffix == ".py"


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


def _put_back(before: dict[str, ModuleType], known: set[Path]) -> None:
    missing = {name: module for name, module in before.items() if name not in sys.modules}
    for name, module in missing.items():
        if _of(module) not in known:
            sys.modules[name] = module
    for name, module in missing.items():
        parent, _, own = name.rpartition(".")
        package = sys.modules.get(parent)
        if package is None:
            continue
        # A package that was imported anew does not have it yet; one that was not has it still.
        if name in sys.modules and not hasattr(package, own):
            setattr(package, own, module)
        elif name not in sys.modules and getattr(package, own, None) is module:
            delattr(package, own)


def _of(module: ModuleType | None) -> Path | None:
    """Its file, where it says one: some of torch's modules have a name in place of it."""
    file = getattr(module, "__file__", None)
    return Path(file) if isinstance(file, str) and Path(file).is_absolute() else None

"""The file of a module of one's own, run once and alike in every process."""

from __future__ import annotations

import hashlib
import importlib
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from regscope.base.errors import RegscopeError
from regscope.base.foreign import place, said
from regscope.base.lines import choose
from regscope.base.randomness import global_torch_stream
from regscope.models.modules.address import Address
from regscope.models.modules.imports import LOADED, imported_anew

_loaded: dict[str, ModuleType] = {}
"""By a digest of all that decides what a file is."""


def load(address: Address, files: Sequence[Path]) -> Any:
    """What the address names; `files` are those that its file imports.

    Raises RegscopeError, in one line, where the file cannot be run, imports another of the
    repository that `files` lacks, draws random numbers or has no such name.
    """
    module = _package(address) if address.file is None else _file(address.file, files)
    if not hasattr(module, address.name):
        names = [name for name, found in vars(module).items() if callable(found) and name[0] != "_"]
        raise RegscopeError(
            f"{address.place} has no {address.name}: {choose(names, near=address.name)}"
        )
    return getattr(module, address.name)


def told(error: BaseException) -> str:
    """What the error says, its kind, and where in a file of one's own it was raised."""
    where = place(error)
    kind = type(error).__name__
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.msg} ({kind} in {error.filename}, line {error.lineno})"
    return f"{said(error)} ({kind}{f' in {where}' if where else ''})".strip()


def other_states() -> Any:
    """Where the generators stand that are not torch's and that no seed sets."""
    import numpy

    state: Any = numpy.random.get_state()
    return random.getstate(), state[0], state[1].tobytes(), state[2:]


def _file(file: Path, files: Sequence[Path]) -> ModuleType:
    try:
        source = file.read_bytes()
        decisive = [str(file.absolute()).encode(), *(other.read_bytes() for other in files), source]
    except OSError as error:
        raise RegscopeError(f"{error.filename}: {error.strerror}: put it there") from error
    digest = hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in decisive))
    name = f"{LOADED}{digest.hexdigest()[:16]}"
    if name not in _loaded:
        module, label = ModuleType(name), str(file)
        module.__file__ = label
        with imported_anew(label, files), _run(label, (file.parent, Path()), of_a_file=True):
            # By its name dataclasses and pickle find what a class belongs to.
            sys.modules[name] = module
            try:
                # Compiled from its bytes: a cached program may be that of an older file.
                exec(compile(source, label, "exec"), vars(module))
            except BaseException:
                del sys.modules[name]
                raise
        _loaded[name] = module
    return _loaded[name]


def _package(address: Address) -> ModuleType:
    with _run(address.place, (Path(),), of_a_file=False):
        return importlib.import_module(address.place)


@contextmanager
def _run(label: str, folders: Sequence[Path], of_a_file: bool) -> Iterator[None]:
    """Around running a file: its folders can be imported from, and its draws are not a seed's."""
    generators = other_states()
    kept, writing = list(sys.path), sys.dont_write_bytecode
    sys.path[:0] = [str(folder.absolute()) for folder in folders]
    sys.dont_write_bytecode = True
    try:
        with global_torch_stream(0, f"module {label}"):
            yield
    except ModuleNotFoundError as error:
        if not of_a_file and error.name and label.startswith(error.name):
            raise RegscopeError(
                f"{error}: install it, or name a file of the repository, FILE.py:NAME"
            ) from error
        raise RegscopeError(
            f"{told(error)}: install it; a file of the repository lies beside {label} and stands"
            " in model.files"
        ) from error
    except (Exception, SystemExit) as error:
        alone = f"python {label}" if of_a_file else f'python -c "import {label}"'
        raise RegscopeError(f"{told(error)}: mend it; {alone} shows more") from error
    finally:
        sys.path[:], sys.dont_write_bytecode = kept, writing
    if other_states() != generators:
        raise RegscopeError(
            f"{label} draws from random or numpy while it is imported, otherwise in every process:"
            " draw in the constructor, with torch"
        )

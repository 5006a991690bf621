"""YAML as DVC reads it: YAML 1.2, every key once.

What DVC records of a run must be what the run computed with, so both read by the same reader:
`010` is ten, `1e-4` a number, `1:30` and `no` are text.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

from regscope.base.errors import RegscopeError
from regscope.base.lines import shown

MOST_BYTES = 4_000_000
DEEPEST = 50
MOST_VALUES = 200_000
"""Of a file of settings, its aliases written out."""


def read_yaml(path: Path, beside: str, advice: str = "") -> Any:
    """What a YAML file holds.

    Raises RegscopeError, in one line, where it is not there (`beside` names a file that lies in
    the folder to run in), is no readable file, or is not YAML, which `advice` is added to.
    """
    try:
        # A pipe would be waited for, and a device read for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise RegscopeError(f"{path}: must be a file, not a folder, a pipe or a device")
        if path.stat().st_size > MOST_BYTES:
            raise RegscopeError(f"{path}: must be at most {MOST_BYTES // 10**6} MB{advice}")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RegscopeError(f"{path}: no such file; run this where {beside} lies") from error
    except OSError as error:
        raise RegscopeError(f"{path}: {os.strerror(error.errno or 0)}") from error
    except ValueError as error:
        raise RegscopeError(f"{path}: not YAML: {error}{advice}") from error
    return parse_yaml(text, str(path), advice)


def parse_yaml(text: str, name: str, advice: str = "") -> Any:
    """What `text`, called `name`, holds: mappings, lists, text, numbers, dates, true, false, null.

    Raises RegscopeError, in one line, where it is not YAML, or not of this kind.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        # Before it is built: libyaml follows the nesting on the machine's stack, which ends, and
        # merged aliases of aliases would fill the memory.
        _check_size(YAML(typ="safe").parse(text))
        loaded = YAML(typ="safe").load(text)
        _check_kinds(loaded)
    except MarkedYAMLError as error:
        raise RegscopeError(f"{name}: not YAML: {_reason(error, text)}{advice}") from error
    except YAMLError as error:
        reason = " ".join(str(error).split())
        raise RegscopeError(f"{name}: not YAML: {reason}{advice}") from error
    except _UnfitError as error:
        raise RegscopeError(f"{name}: {error}{advice}") from None
    except Exception as error:
        # What the types say of what they cannot be made of: `!!int abc`, a list as a key.
        raise RegscopeError(f"{name}: not YAML: a value or a key: {error}{advice}") from error
    return loaded


class _UnfitError(Exception):
    """YAML, but nothing that settings can be."""


def _check_size(events: Any) -> None:
    """Refuse what is nested too deeply, or too much once every alias is written out."""
    from ruamel.yaml.events import (
        AliasEvent,
        CollectionEndEvent,
        CollectionStartEvent,
        ScalarEvent,
    )

    sizes: dict[str, int] = {}
    # Of every open collection its anchor and how many values it has so far.
    opened: list[tuple[str | None, int]] = [(None, 0)]
    for event in events:
        if isinstance(event, CollectionStartEvent):
            opened.append((event.anchor, 1))
            if len(opened) > DEEPEST + 1:
                raise _UnfitError(f"nested deeper than {DEEPEST} levels")
            continue
        if isinstance(event, CollectionEndEvent):
            anchor, size = opened.pop()
        elif isinstance(event, ScalarEvent):
            anchor, size = event.anchor, 1
        elif isinstance(event, AliasEvent):
            if event.anchor in {anchor for anchor, _ in opened}:
                raise _UnfitError(f"the alias *{event.anchor} stands in what it stands for")
            anchor, size = None, sizes.get(event.anchor, 1)
        else:
            continue
        if anchor is not None:
            sizes[anchor] = size
        outer, before = opened[-1]
        opened[-1] = outer, before + size
        if before + size > MOST_VALUES:
            raise _UnfitError(f"more than {MOST_VALUES} values, every alias written out")


def _check_kinds(loaded: Any) -> None:
    """Refuse values of kinds that no setting has."""
    waiting, seen = [loaded], set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, set | tuple | bytes):
            raise _UnfitError(f"holds a {type(value).__name__}, which no setting is")
        if isinstance(value, int) and value.bit_length() > 64:
            raise _UnfitError(f"holds {shown(value)}, which is too long for a whole number")
        if isinstance(value, dict | list) and id(value) not in seen:
            seen.add(id(value))
            waiting.extend(value)
            waiting.extend(value.values() if isinstance(value, dict) else ())


def _reason(error: Any, text: str) -> str:
    """Where and what, without the lines of the file and without advice for programmers."""
    problem = str(error.problem or error.context or "cannot be read").split("\n")[0]
    if type(error).__name__ == "DuplicateKeyError":
        problem = problem.partition(" with value")[0].replace("found duplicate", "a second")
    elif error.problem and error.context:
        problem = f"{error.context} {problem}"
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return problem
    # The end of a text is a line after its last one to libyaml.
    line = min(mark.line + 1, max(1, len(text.splitlines())))
    return f"line {line}: {problem}"

"""A study's block put into the text of params.yaml, all else left as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.yaml_files import parse_yaml

WIDTH = 80
"""Longer lines DVC breaks where it writes the file."""


def block_text(name: str, study: Mapping[str, Any], indent: int = 2) -> str:
    """The lines of a study: a key each, short mappings in one line, lists as DVC writes them."""
    lines = [f"{name}:"]
    for key, value in study.items():
        flat = f"  {key}: {_flow(value)}"
        long = key in ("model", "training", "regularizers") or len(flat) + indent > WIDTH
        if isinstance(value, Mapping) and long:
            lines.append(f"  {key}:")
            lines.extend(_nested(value))
        else:
            lines.append(flat)
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


def _nested(values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, list):
            yield f"    {key}:"
            yield from (f"    - {_flow(entry)}" for entry in value)
        else:
            yield f"    {key}: {_flow(value)}"


def _flow(value: Any) -> str:
    text = yaml.safe_dump(
        value, default_flow_style=True, width=10**6, allow_unicode=True, sort_keys=False
    )
    return text.removesuffix("...\n").strip()


def with_study(text: str, name: str, study: Mapping[str, Any]) -> str:
    """The text of params.yaml with one study more, behind the others; comments stay.

    Raises RegscopeError where `studies` is written in a way that no block can be put behind.
    """
    lines = text.splitlines(keepends=True)
    start = next(
        (place for place, line in enumerate(lines) if re.match(r"studies:\s*(#|$)", line)), None
    )
    if start is None:
        raise RegscopeError(f"{paths.PARAMS}: has no line `studies:`: write it so")
    end = next(
        (
            place
            for place, line in enumerate(lines[start + 1 :], start + 1)
            if line.strip() and not line[0].isspace() and not line.startswith("#")
        ),
        len(lines),
    )
    # Comments and empty lines in front of the next key are its own.
    while end > start + 1 and not _is_inside(lines[end - 1]):
        end -= 1
    indent = next(
        (len(line) - len(line.lstrip()) for line in lines[start + 1 : end] if _is_key(line)), 2
    )
    before = "".join(lines[:end])
    before += "" if before.endswith("\n") else "\n"
    found = before + "\n" + block_text(name, study, indent) + "".join(lines[end:])
    old = parse_yaml(text, str(paths.PARAMS))
    expected = {**old, "studies": {**old["studies"], name: parse_yaml(_flow(study), "study")}}
    if not _reads_as(found, expected):
        raise RegscopeError(
            f"{paths.PARAMS}: no study can be put behind the others as they are written: write each"
            " in lines of its own below `studies:`, without braces around all of them"
        )
    return found


def _reads_as(text: str, expected: Any) -> bool:
    try:
        return bool(parse_yaml(text, str(paths.PARAMS)) == expected)
    except RegscopeError:
        return False


def _is_inside(line: str) -> bool:
    return bool(line.strip()) and line[0].isspace()


def _is_key(line: str) -> bool:
    return bool(line.strip()) and line[0] == " " and not line.lstrip().startswith("#")

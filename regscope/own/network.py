"""A network of one's own, as `regscope new` is given it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regscope.base.errors import RegscopeError
from regscope.base.lines import shown
from regscope.base.yaml_files import parse_yaml


def own_network(path: str | None, arguments: Sequence[str]) -> dict[str, Any] | None:
    """The block `model` of `FILE:CLASS` and arguments `KEY=VALUE`, values as YAML spells them.

    None where there is no path. Raises RegscopeError where an argument is none, or is given twice.
    """
    if path is None:
        if arguments:
            raise RegscopeError(f"--argument {shown(arguments[0])}: goes with --network")
        return None
    found: dict[str, Any] = {}
    for argument in arguments:
        key, sign, value = argument.partition("=")
        if not sign or not key.isidentifier():
            raise RegscopeError(
                f"--argument {shown(argument)}: give KEY=VALUE, as in --argument width=32"
            )
        if key in found:
            raise RegscopeError(f"--argument {key}: is given twice")
        found[key] = parse_yaml(value, f"--argument {key}")
    return {"kind": "module", "path": path} | ({"arguments": found} if found else {})

"""The engine that trains here."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

from regscope.base.errors import RegscopeError
from regscope.base.lines import choose, shown
from regscope.engine.base import Engine
from regscope.engine.local import Local

ENGINE = "REGSCOPE_ENGINE"


@cache
def _cluster() -> Engine:
    """One for all that this process asks for, as it is connected to one cluster and sends data
    there once; nothing of it is loaded before."""
    from regscope.engine.cluster.engine import Ray

    return Ray()


ENGINES: dict[str, Callable[[], Engine]] = {"local": Local, "ray": _cluster}


def chosen_engine() -> Engine:
    """What the environment variable REGSCOPE_ENGINE names, or `local`.

    Raises RegscopeError where there is no such engine.
    """
    name = os.environ.get(ENGINE, "") or "local"
    if name not in ENGINES:
        raise RegscopeError(f"{ENGINE} = {shown(name)}: {choose(ENGINES)}")
    return ENGINES[name]()

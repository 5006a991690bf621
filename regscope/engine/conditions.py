"""The conditions under which every worker trains, of this machine's and of a cluster's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from regscope.arithmetic import Arithmetic, settle
from regscope.base.errors import RegscopeError
from regscope.stacking.allocator import keep_freed_memory
from regscope.stacking.precision import tf32_where


@contextmanager
def training_conditions(arithmetic: Arithmetic) -> Iterator[None]:
    """Memory that a step frees is kept, no product of a GPU is rounded to TF32, and `arithmetic`
    computes, to which the process keeps.

    Raises RegscopeError where it is not to be had.
    """
    _settle(arithmetic)
    keep_freed_memory()
    with tf32_where(False):
        yield


@cache
def _settle(arithmetic: Arithmetic) -> None:
    """Once a process: what computes portably is put to the test before."""
    if reason := settle(arithmetic):
        raise RegscopeError(
            f"portable arithmetic was to be had, and is not on {os.uname().nodename}: {reason}"
        )

"""Memory that a step frees is kept for the next one."""

from __future__ import annotations

import ctypes
import platform

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
_LARGE = 2**30


def keep_freed_memory() -> None:
    """Ask glibc (elsewhere: nothing) not to give large blocks back to the system.

    By default tensors of some megabytes are mapped and page-faulted anew in every step, which
    takes longer than computing with them.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    mallopt = ctypes.CDLL(None).mallopt
    mallopt(_MMAP_MAX, 0)
    mallopt(_TRIM_THRESHOLD, _LARGE)
    mallopt(_TOP_PAD, 64 * 2**20)

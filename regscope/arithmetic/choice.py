"""The arithmetic of this process."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from regscope.arithmetic.settled import Arithmetic, settled

CPUINFO = Path("/proc/cpuinfo")

NUMPY = {
    "OPENBLAS_CORETYPE": "Haswell",
    # Several threads cut a product into other sums than one.
    "OPENBLAS_NUM_THREADS": "1",
    # What numpy has kernels for beyond AVX2.
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
}
"""Read when numpy is loaded."""

CLASHING = "NPY_ENABLE_CPU_FEATURES"
"""With this beside them numpy refuses to load."""

TORCH: dict[Arithmetic, dict[str, str]] = {
    "portable": {
        # Of MKL's code branches the one that is the same on processors of every vendor.
        "MKL_CBWR": "COMPATIBLE",
        "ATEN_CPU_CAPABILITY": "avx2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
    },
    # Without this MKL's last digits depend on where in memory a seed's matrices lie in the stack.
    "fastest": {"MKL_CBWR": "AUTO,STRICT"},
}
"""Read at torch's first operation."""


def settle(arithmetic: Arithmetic) -> str | None:
    """Choose the code that computes in this process from here on, before torch's first operation.

    Returns None, or in a few words why `portable` is not to be had here: the process then computes
    with the kernels at hand.
    """
    wanted = TORCH[arithmetic]
    if arithmetic == "fastest":
        for name, value in wanted.items():
            os.environ.setdefault(name, value)
        settled("fastest")
        return None
    if reason := processor_lacks():
        return reason
    os.environ.update(wanted)
    from regscope.arithmetic.answers import differing
    from regscope.arithmetic.builds import builds_lack

    if reason := builds_lack():
        return reason
    if found := differing():
        return f"other bits than on record in {', '.join(found)}"
    settled("portable")
    return None


def steady_numpy() -> None:
    """Have numpy, where it is not loaded yet, compute alike on every processor with AVX2."""
    if chosen := _numpy_variables():
        os.environ.pop(CLASHING, None)
        os.environ.update(chosen)


@contextmanager
def numpy_variables() -> Iterator[None]:
    """The same for processes that start inside; this one's variables are left as they were."""
    before = {name: os.environ.get(name) for name in (*NUMPY, CLASHING)}
    steady_numpy()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@cache
def processor_lacks() -> str | None:
    """What the kernels that portable arithmetic is made of would need here, if anything."""
    machine = platform.machine()
    if sys.platform != "linux" or machine != "x86_64":
        return f"it needs Linux on x86-64, and this is {platform.system()} on {machine}"
    if not CPUINFO.is_file():
        return f"{CPUINFO} does not tell what this processor has"
    missing = [flag for flag in ("avx2", "fma") if flag not in _flags(CPUINFO.read_text())]
    return f"this processor has no {' and no '.join(missing)}" if missing else None


def _numpy_variables() -> dict[str, str]:
    # OpenBLAS runs what it is told to, even on a processor that cannot.
    return {} if processor_lacks() else NUMPY


def _flags(cpuinfo: str) -> set[str]:
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "flags":
            return set(value.split())
    return set()

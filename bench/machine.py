"""The machine and the versions that a measurement was made with."""

from __future__ import annotations

import datetime
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from regscope.base.processes import cores

GIB = 2**30


def description() -> dict[str, Any]:
    """Processor, cores, memory and versions."""
    import psutil

    packages = {name: version(name).partition("+")[0] for name in ("torch", "numpy")}
    return {
        "processor": _processor(),
        "cores": cores(),
        "memory_gib": round(psutil.virtual_memory().total / GIB, 1),
        "system": platform.system(),
        "versions": {"python": platform.python_version(), **packages},
    }


def measured(**results: Any) -> dict[str, Any]:
    """`results` under a head that says when and on what they were measured."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return {"date": today, "machine": description(), **results}


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()

"""What the numbers were made with, beside the settings."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path


def environment() -> dict[str, str]:
    """Processor, precision and versions; nothing that changes from run to run."""
    return {
        "device": "cpu",
        "precision": "float32",
        "processor": _processor(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{package: version(package).partition("+")[0] for package in ("torch", "numpy")},
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()

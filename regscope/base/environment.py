"""What the numbers were made with, beside the settings."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path


def environment(device: str, precision: str, arithmetic: str = "fastest") -> dict[str, str]:
    """Device, precision and versions; nothing that changes from run to run.

    `device` is what trained, `cpu` or the name of a GPU, and `precision` that of its products.
    Where `arithmetic` was `portable`, neither the processor nor Python decides anything, and
    neither is stated.
    """
    stated = {"device": device, "precision": precision}
    if arithmetic != "fastest":
        stated["arithmetic"] = arithmetic
    if arithmetic != "portable":
        stated |= {
            "processor": _processor(),
            "system": platform.system(),
            "python": platform.python_version(),
        }
    return stated | {package: version(package).partition("+")[0] for package in ("torch", "numpy")}


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()

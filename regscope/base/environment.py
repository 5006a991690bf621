"""What the numbers were made with, beside the settings."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any


def environment(
    device: str, precision: str, arithmetic: str = "fastest", processors: Iterable[str] = ()
) -> dict[str, Any]:
    """Device, precision and versions; nothing that changes from run to run.

    `device` is what trained, `cpu` or the name of a GPU, and `precision` that of its products;
    `processors` are those it was done by, where this machine's was not the only one.
    Where `arithmetic` was `portable`, neither the processor nor Python decides anything, and
    neither is stated.
    """
    stated: dict[str, Any] = {"device": device, "precision": precision}
    if arithmetic != "fastest":
        stated["arithmetic"] = arithmetic
    if arithmetic != "portable":
        stated |= {
            "processor": _one_or_several(processors or [processor()]),
            "system": platform.system(),
            "python": platform.python_version(),
        }
    return stated | versions("torch", "numpy")


def versions(*packages: str) -> dict[str, str]:
    """Without what tells builds of one version apart."""
    return {package: version(package).partition("+")[0] for package in packages}


def _one_or_several(names: Iterable[str]) -> str | list[str]:
    found = sorted(set(names))
    return found[0] if len(found) == 1 else found


def processor() -> str:
    """What this machine's is called."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()

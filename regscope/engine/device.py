"""The device that trains: a processor or a GPU. It decides last digits, and nothing else."""

from __future__ import annotations

import os
import re

from regscope.base.errors import RegscopeError

DEVICE = "REGSCOPE_DEVICE"


def chosen_device() -> str | None:
    """What the environment variable REGSCOPE_DEVICE says: `cpu`, `cuda`, `cuda:1`, or nothing.

    Raises RegscopeError where it says something else.
    """
    chosen = os.environ.get(DEVICE, "")
    if chosen and not re.fullmatch(r"cpu|cuda(:[0-9]+)?", chosen):
        raise RegscopeError(f"{DEVICE} = {chosen}: choose from: cpu, cuda, cuda:0, cuda:1, ...")
    return chosen or None


def present_device(chosen: str | None) -> str:
    """Torch's name of the device: the one chosen, or a GPU where torch sees one.

    For a process that ends soon or trains: asking for GPUs loads their driver, which no process
    that is still to fork may do. Raises RegscopeError where the chosen device is not there.
    """
    import torch

    if chosen == "cpu":
        return chosen
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if chosen is None:
        return "cuda:0" if count else "cpu"
    index = int(chosen.partition(":")[2] or 0)
    if index >= count:
        seen = ", ".join(["cpu", *(f"cuda:{index}" for index in range(count))])
        raise RegscopeError(f"{DEVICE} = {chosen}: not here; torch sees: {seen}")
    return f"cuda:{index}"

"""How many windows of a kernel or a pooling fit along one side of a picture."""

from __future__ import annotations

from typing import Literal

Padding = Literal["valid", "same"]


def windows(side: int, kernel: int, stride: int, padding: Padding) -> int:
    """The number of windows: `floor((side - kernel) / stride) + 1`, or, `same`, `side / stride`
    rounded up. 0 or less where not even one fits.
    """
    if padding == "same":
        return -(-side // stride)
    return (side - kernel) // stride + 1


def same_margins(side: int, kernel: int, stride: int) -> tuple[int, int]:
    """What `same` adds before and after, tensorflow's rule: of an odd number one more after.

    Just so much that the last of `windows(side, kernel, stride, "same")` is filled.
    """
    total = max((windows(side, kernel, stride, "same") - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


def covered(count: int, kernel: int, stride: int) -> int:
    """How long a side `count` windows lie on."""
    return (count - 1) * stride + kernel

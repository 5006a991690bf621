"""What this process was settled to compute with."""

from __future__ import annotations

from typing import Literal

Arithmetic = Literal["fastest", "portable"]

Precision = Literal["float32", "tf32", "bfloat16"]

_settled: dict[Literal["arithmetic"], Arithmetic] = {}


def settled(arithmetic: Arithmetic) -> None:
    _settled["arithmetic"] = arithmetic


def is_portable() -> bool:
    """Whether this process was settled to compute alike on every processor, and does."""
    return _settled.get("arithmetic") == "portable"

"""Advice as settings, to go on with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regscope.report.advice_phrases import (
    Data,
    arm_of,
)
from regscope.study.params import BASELINE


def as_study(data: Data, block: Mapping[str, Any]) -> dict[str, Any]:
    """The study's block of params.yaml with what is advised as its training and its one cell
    `advised`; without that cell where no regularizer is."""
    arm = arm_of(data, data["advised"])
    training = {"learning_rate": arm["learning_rate"], "epochs": arm["epochs"]}
    cells: dict[str, Any] = {BASELINE: {}}
    if arm["methods"]:
        cells["advised"] = dict(arm["methods"])
    split = {**block.get("split", {}), **_part(data)}
    return {
        **block,
        **({"split": split} if split else {}),
        "title": f"{block['title']}, as advised",
        "training": {**block["training"], **training},
        "regularizers": cells,
    }


def to_go_on(data: Data) -> str:
    """The advice as settings of the study, in YAML."""
    arm = arm_of(data, data["advised"])
    cell = ", ".join(f"{name}: {plain_value(value)}" for name, value in arm["methods"].items())
    split = ", ".join(f"{name}: {number}" for name, number in _part(data).items())
    part = f"split: {{{split}}}\n" if split else ""
    return (
        f"{part}training: {{learning_rate: {arm['learning_rate']:g}, epochs: {arm['epochs']}}}\n"
        f"regularizers: {{none: {{}}{f', advised: {{{cell}}}' if cell else ''}}}"
    )


def _part(data: Data) -> dict[str, int]:
    """As `split` has it, where the advice is about a part of the examples that train."""
    part = data.get("part") or {}
    return {name: part[name] for name in ("train", "validation") if name in part}


def plain_value(value: float | bool) -> str:
    return "true" if value is True else f"{value:g}"

"""A record in round numbers, of studies of params.yaml."""

from __future__ import annotations

from functools import cache
from typing import Any

from regscope.study.params import Study, load_params

STUDIES = ("digits", "khan", "german")


def stack(label: str, places: int, epoch: float, **more: Any) -> dict[str, Any]:
    """100 epochs of so many seconds, which trained alone on its core, with half a second beside."""
    seconds = 100 * epoch + 0.5
    told = {"label": label, "places": places, "epochs": 100, "begun": 0.0, "seconds": seconds,
            "processor": seconds, "first": epoch + 0.4, "last": 0.1,
            "fresh": False, "loads": False}  # fmt: skip
    return told | more


def surveyed(label: str, seconds: float) -> dict[str, Any]:
    return {"label": label, "operations": 1000, "stackable": True, "process": 10**6,
            "seed": 10**6, "free": 10**10, "processor": seconds}  # fmt: skip


@cache
def study(name: str) -> Study:
    return load_params().named(name)


def stacks(name: str, alone: float, ten: float) -> list[dict[str, Any]]:
    return [
        told
        for reg in study(name).cells
        for told in (
            stack(f"{name}/{reg}", 10, ten),
            stack(f"{name} 1/{reg}", 1, alone),
        )
    ]


def record(load: float = 0.25) -> dict[str, Any]:
    """An epoch takes a second for one seed and 1.9 for ten."""
    described = {
        name: {
            "cells": list(study(name).cells),
            "seeds": 10,
            "epochs": study(name).training.epochs,
            "train": study(name).train_size,
            "arithmetic": "portable",
            "bytes": 1000,
            "load": load,
        }
        for name in STUDIES
    }
    beside = [told for name in STUDIES for told in stacks(name, 1.0, 1.9)]
    copies = [stack("copies/copy", 1, epoch) for epoch in (1.0, 1.0, 2.0)]
    start = {"asked": 0.01, "ended": 0.11}
    return {
        "date": "2000-01-01",
        "machine": {"cores": 2},
        "took": 60,
        "studies": described,
        "beside": {
            "stacks": beside,
            "surveys": [surveyed(label, 3.0) for name in STUDIES for label in (name, f"{name} 1")],
        },
        "alone": {"stacks": [stack("digits/none", 10, 0.95), stack("khan/none", 10, 1.9)]},
        "copies": {"stacks": copies},
        "parts": {"stacks": [], "surveys": []},
        "server": 2.0,
        "starts": {"portable": [start], "fastest": [start]},
        "surveys": {"khan": {"1": 1.9, "12": 3.0}, "german": {"1": 1.9, "12": 3.0}},
        "check": [
            {"workers": workers, "seconds": seconds}
            for workers, seconds in ((1, 100.0), (2, 60.0), (1, 90.0))
        ],
    }

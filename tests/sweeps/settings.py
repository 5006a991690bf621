"""A params.yaml and a paths/params.yaml of a tiny study `digits`."""

from __future__ import annotations

import copy
from typing import Any

from regscope.study.params import Params, Study
from tests import tiny

CELLS: dict[str, Any] = {
    "none": {},
    "l1": {"l1": {"strength": 0.002, "layers": ["hidden1"]}},
    "l2": {"l2": 0.001},
    "elastic_net": {"l1": 0.003, "l2": 0.01},
    "dropout": {"dropout": 0.2},
    "batch_norm": {"batch_norm": True},
}

SWEEPS: dict[str, Any] = {
    "studies": ["digits"],
    "families": ["l2", "elastic_net"],
    "sweeps": {
        "digits": {
            "seeds": 2,
            "families": {
                "l2": [0.001, 0.01],
                "elastic_net": {"mix": {"l1": 0.3, "l2": 1}, "strengths": [0.01, 0.1]},
            },
            "pairs": {"methods": ["l2", "dropout"], "seeds": 2},
        }
    },
}


def raw_params() -> dict[str, Any]:
    study = tiny.study().model_dump(mode="json", exclude={"regularizers"})
    return {
        "study": "digits",
        "reg": "l1",
        "studies": {"digits": {**study, "regularizers": CELLS}},
    }


def params() -> Params:
    return Params.model_validate(raw_params())


def study() -> Study:
    return params().studies["digits"]


def sweeps() -> dict[str, Any]:
    return copy.deepcopy(SWEEPS)

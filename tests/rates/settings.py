"""A tiny study and its grid, as the two parameter files hold them."""

from __future__ import annotations

from typing import Any

from tests import tiny


def raw_params() -> dict[str, Any]:
    study = tiny.study().model_dump(mode="json", exclude_none=True)
    study["regularizers"] = {"none": {}, "l2": {"l2": 0.001}}
    study["training"] |= {"seeds": 3, "epochs": 2}
    return {
        "study": "digits",
        "reg": "l2",
        "studies": {"digits": study},
    }


def rates() -> dict[str, Any]:
    grid = {"learning_rates": [0.01, 0.1, 1e6], "epochs": [1, 2, 4], "seeds": 2}
    return {"studies": ["digits"], "grids": {"digits": grid}}

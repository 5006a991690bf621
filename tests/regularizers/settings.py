"""The smallest sensible setting of every regularizer, which the tests of training iterate."""

from __future__ import annotations

from typing import Any

from regscope.regularizers import REGULARIZERS

SETTINGS: dict[str, Any] = {
    "augmentation": 1,
    "batch_norm": True,
    "dropout": 0.3,
    "l1": 0.001,
    "l1_prox": 0.001,
    "l2": 0.001,
}

COMPOSED: dict[str, dict[str, Any]] = {
    "elastic_net": {"l1": 0.001, "l2": 0.001},
    "l2_dropout": {"l2": 0.001, "dropout": 0.3},
    "everything": SETTINGS,
}

CELLS: dict[str, dict[str, Any]] = {
    "none": {},
    **{name: {name: setting} for name, setting in SETTINGS.items()},
    **COMPOSED,
}


def off(name: str) -> Any:
    """The setting that says that the method is not there."""
    return False if isinstance(SETTINGS[name], bool) else type(SETTINGS[name])(0)


def main_setting(name: str) -> str:
    return REGULARIZERS[name].main

"""The smallest sensible setting of every regularizer, which the tests of training iterate."""

from __future__ import annotations

from typing import Any

from regscope.regularizers import REGULARIZERS

SETTINGS: dict[str, Any] = {
    "activity_l1": 0.01,
    "adversarial": 0.05,
    "augmentation": 1,
    "batch_norm": True,
    "confidence_penalty": 0.1,
    "cutmix": 0.5,
    "cutout": 3,
    "dropconnect": 0.2,
    "dropout": 0.3,
    "early_stopping": 1,
    "ema": 0.8,
    "gaussian_dropout": 0.3,
    "gradient_clipping": 0.5,
    "gradient_noise": 0.01,
    "group_lasso": 0.001,
    "input_noise": 0.2,
    "l1": 0.001,
    "l1_prox": 0.001,
    "l2": 0.001,
    "label_smoothing": 0.1,
    "lookahead": 2,
    "max_dropout": 0.3,
    "max_norm": 0.8,
    "mixup": 0.5,
    "orthogonal": 0.01,
    "sam": 0.05,
    "spatial_dropout": 0.3,
    "spectral_norm": True,
    "stochastic_depth": 0.5,
    "swa": 0.4,
    "weight_decay": 0.1,
    "weight_noise": 0.05,
}

FURTHER = (
    "confidence_penalty", "early_stopping", "ema", "gradient_clipping", "label_smoothing",
    "max_norm", "sam", "weight_decay",
)  # fmt: skip
OF_THE_BATCH = ("augmentation", "cutout", "input_noise", "label_smoothing", "mixup")
FIRST = ("augmentation", "batch_norm", "dropout", "l1", "l1_prox", "l2")

COMPOSED: dict[str, dict[str, Any]] = {
    "elastic_net": {"l1": 0.001, "l2": 0.001},
    "l2_dropout": {"l2": 0.001, "dropout": 0.3},
    "everything": {name: SETTINGS[name] for name in FIRST},
    "everything_else": {name: SETTINGS[name] for name in FURTHER},
    "averaged_and_normalized": {"batch_norm": True, "dropout": 0.3, "swa": 0.4},
    "all_of_the_batch": {name: SETTINGS[name] for name in OF_THE_BATCH},
}

CELLS: dict[str, dict[str, Any]] = {
    "none": {},
    **{name: {name: setting} for name, setting in SETTINGS.items()},
    **COMPOSED,
}

ENOUGH: dict[str, dict[str, Any]] = {
    name: cell
    for name, cell in CELLS.items()
    if name in COMPOSED or not any(set(cell) <= set(composed) for composed in COMPOSED.values())
}
"""Every method at least once, together with others where it can be: where bits are compared, one
that goes wrong shows there as it does alone."""

WITH_OPTIMIZERS = [
    *((name, "adam") for name in CELLS),
    *((name, optimizer) for optimizer in ("sgd", "nesterov") for name in ENOUGH),
]
"""Cells and optimizers of `tests.tiny`: all cells with the one that keeps most beside weights."""

PARTICULAR = {"spatial_dropout", "stochastic_depth"}
"""Methods that need convolutions or residual branches."""

OF_ANY_NETWORK = {name: cell for name, cell in CELLS.items() if not PARTICULAR & set(cell)}

KNOWN = {*FIRST, "activity_l1", "gaussian_dropout", "max_dropout"}
REFERENCED = {name: cell for name, cell in CELLS.items() if set(cell) <= KNOWN}
"""Those that the reference of whole trainings knows; the others have references of their own."""


def of_data(kind: str) -> dict[str, dict[str, Any]]:
    """Of any network and of that kind of data."""
    return {
        name: cell
        for name, cell in OF_ANY_NETWORK.items()
        if all(kind in REGULARIZERS[method].data_kinds for method in cell)
    }


def off(name: str) -> Any:
    """The setting that says that the method is not there."""
    if isinstance(SETTINGS[name], bool):
        return False
    return type(SETTINGS[name])(REGULARIZERS[name].off)


def main_setting(name: str) -> str:
    return REGULARIZERS[name].main

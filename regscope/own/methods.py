"""The cells that are proposed for someone's own data: each method at a strength that is usual.

None was chosen on the data: strengths are those of sources, or of the studies here of such data.
Which is best is what the study is for; which strength, `regscope strengths` says. A method that
does not fit a study is left out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Methods = Mapping[str, Mapping[str, Any]]

PATIENCE = 10
"""Epochs, or a tenth of all where these are fewer, so that stopping early is possible."""

COMMON: Methods = {
    "weight_decay": {"weight_decay": 0.01},  # torch's AdamW
    "batch_norm": {"batch_norm": True},
    "label_smoothing": {"label_smoothing": 0.1},  # Szegedy et al. 2016, section 7
    "early_stopping": {"early_stopping": PATIENCE},  # Prechelt 1998
    "sam": {"sam": 0.05},  # Foret et al. 2021
}

TABLES: Methods = {
    "none": {},
    "l1": {"l1": 0.0003},
    "l2": {"l2": 0.001},
    "weight_decay": COMMON["weight_decay"],
    "dropout": {"dropout": 0.2},
    "batch_norm": COMMON["batch_norm"],
    "max_norm": {"max_norm": 3},  # Srivastava et al. 2014, appendix A.3
    "label_smoothing": COMMON["label_smoothing"],
    "early_stopping": COMMON["early_stopping"],
    "ema": {"ema": 0.99},  # Tarvainen and Valpola 2017
    "sam": COMMON["sam"],
    "l2_dropout": {"l2": 0.001, "dropout": 0.2},
}

POINTS: Methods = {
    "none": {},
    "l1": TABLES["l1"],
    "l2": TABLES["l2"],
    "weight_decay": COMMON["weight_decay"],
    "dropout": {"dropout": 0.3},
    "batch_norm": COMMON["batch_norm"],
    "augmentation": {"augmentation": 1},
    "label_smoothing": COMMON["label_smoothing"],
    "max_norm": TABLES["max_norm"],
    "early_stopping": COMMON["early_stopping"],
}

PICTURES: Methods = {
    "none": {},
    "l2": {"l2": 0.0003},
    "weight_decay": COMMON["weight_decay"],
    "dropout": {"dropout": 0.3},
    "batch_norm": COMMON["batch_norm"],
    "augmentation": {"augmentation": 1},
    "label_smoothing": COMMON["label_smoothing"],
    "sam": COMMON["sam"],
    "early_stopping": COMMON["early_stopping"],
    "stochastic_depth": {"stochastic_depth": 0.5},  # Huang et al. 2016, the last branch's
}


def of_epochs(methods: Methods, epochs: int) -> Methods:
    """The same, for a training of so many epochs."""
    patience = min(PATIENCE, max(2, epochs // 10))
    return {**methods, "early_stopping": {"early_stopping": patience}}

"""The cells that are proposed for someone's own data: each method at a strength that is usual.

None was chosen on the data: strengths are those of sources, or those of the studies here. Which is
best is what the study is for; what stands on a method's strength, `regscope strengths` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TABLES: Mapping[str, Mapping[str, Any]] = {
    "none": {},
    "l1": {"l1": 0.0003},
    "l2": {"l2": 0.001},
    "weight_decay": {"weight_decay": 0.01},  # torch's AdamW
    "dropout": {"dropout": 0.2},
    "batch_norm": {"batch_norm": True},
    "max_norm": {"max_norm": 3},  # Srivastava et al. 2014, appendix A.3
    "label_smoothing": {"label_smoothing": 0.1},  # Szegedy et al. 2016, section 7
    "early_stopping": {"early_stopping": 10},  # Prechelt 1998; fewer where epochs are few
    "ema": {"ema": 0.99},  # Tarvainen and Valpola 2017
    "sam": {"sam": 0.05},  # Foret et al. 2021
    "l2_dropout": {"l2": 0.001, "dropout": 0.2},
}

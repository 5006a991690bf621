"""A study's cells at their best learning rates, as `make rates` left them."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from regscope import paths
from regscope.rates.gather import SETTINGS_FILE, TUNED_FILE

Row = Mapping[Hashable, Any]


@dataclass(frozen=True)
class AtBest:
    """What `make rates` left of a study: the rows of `tuned`, by cell, and its grid.

    `learning_rate` and `epochs` are the study's own.
    """

    tuned: Mapping[str, Row]
    grid: Mapping[str, Any]
    learning_rate: float
    epochs: int


def load_at_best(study: str) -> AtBest | None:
    """The study's folder in metrics/rates; None where there is none."""
    import pandas as pd

    folder = paths.rates_summary(study)
    if not (folder / TUNED_FILE).is_file():
        return None
    settings = json.loads((folder / SETTINGS_FILE).read_text())
    training = settings["study"]["training"]
    rows = pd.read_csv(folder / TUNED_FILE).to_dict("records")
    return AtBest(
        {str(row["reg"]): row for row in rows},
        settings["grid"],
        training["learning_rate"],
        training["epochs"],
    )

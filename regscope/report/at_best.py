"""A study's cells at their best learning rates, as `make rates` left them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.results.beside import read_rates

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

    def rate_end(self, reg: str) -> str:
        """`smallest` or `largest` where the best may lie beyond the learning rates tried."""
        end = self.tuned[reg]["rate_end"]
        return end if isinstance(end, str) else ""

    def epochs_end(self, reg: str) -> str:
        """`most` or `fewest` where it may lie beyond the epochs tried."""
        if self.tuned[reg]["most_epochs"]:
            return "most"
        tried = self.grid["epochs"]
        return "fewest" if len(tried) > 1 and self.tuned[reg]["epochs"] == min(tried) else ""


def load_at_best(study: str) -> AtBest | None:
    """The study's folder in metrics/rates; None where there is none."""
    found = read_rates(paths.rates_summary(study))
    if found is None:
        return None
    try:
        training = found.settings["study"]["training"]
        made_with = found.settings["grid"], training["learning_rate"], training["epochs"]
    except (KeyError, TypeError) as error:
        file = paths.rates_summary(study) / paths.SETTINGS_FILE
        raise RegscopeError(
            f"{file}: does not say what the grid was; make it anew with: make rates"
        ) from error
    return AtBest({str(row["reg"]): row for row in found.tuned.to_dict("records")}, *made_with)

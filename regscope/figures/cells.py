"""A cell as figures draw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from regscope.figures.marks import Mark


@dataclass(frozen=True)
class CellData:
    """One cell.

    `history` is `{column: [S, epochs]}`, `weights` is `{layer: [S, ...]}` in order of the forward
    pass, `arrays` what the stage `evaluate` wrote, seeds first.
    """

    reg: str
    label: str
    mark: Mark
    history: Mapping[str, np.ndarray]
    weights: Mapping[str, np.ndarray]
    arrays: Mapping[str, np.ndarray]

    @property
    def colour(self) -> str:
        return self.mark.colour

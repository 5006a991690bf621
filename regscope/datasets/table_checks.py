"""What must hold of a table's inputs, beside what holds of every data set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from regscope.base.errors import RegscopeError
from regscope.tables.kinds import LARGEST


class Column(Protocol):
    """As `base.Column`."""

    @property
    def name(self) -> str: ...
    @property
    def categories(self) -> tuple[str, ...]: ...
    @property
    def gaps(self) -> bool: ...


def check_table(inputs: np.ndarray, columns: Sequence[Column]) -> None:
    """Raises RegscopeError, in one line, where inputs `[N, D]` are not what their columns say."""
    if inputs.shape[1] != len(columns):
        raise RegscopeError(
            f"inputs: of shape {list(inputs.shape)}, and columns tell of {len(columns)}"
        )
    for column, values in zip(columns, inputs.T, strict=True):
        missing = np.isnan(values)
        there = values[~missing]
        if column.categories:
            known = (there >= -1) & (there < len(column.categories)) & (there == np.floor(there))
            if not known.all():
                raise RegscopeError(
                    f"inputs: column {column.name}: {there[~known][0]:g} is no category's place,"
                    f" from 0 to {len(column.categories) - 1}, or -1 for an unknown one"
                )
            continue
        if missing.any() and not column.gaps:
            raise RegscopeError(
                f"inputs: column {column.name}: missing in {int(missing.sum())} of {len(values)}"
                " examples, and told to have no gaps"
            )
        if len(there) and not (largest := float(np.abs(there).max())) <= LARGEST:
            raise RegscopeError(
                f"inputs: column {column.name} reaches {largest:.1e}; must be at most"
                f" {LARGEST:.0e}, or scaled"
            )

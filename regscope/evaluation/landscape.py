"""The lattice on which the decisions of networks on points in the plane are drawn."""

from __future__ import annotations

import torch
from torch import Tensor

from regscope.datasets import Dataset

GRID = 160


def grid_of(dataset: Dataset) -> Tensor | None:
    """A lattice a little larger than the data, `[G*G, 2]`, row after row from below.

    None unless the data are two classes of points in the plane.
    """
    if dataset.input_shape != (2,) or len(dataset.classes) != 2:
        return None
    lowest, highest = dataset.inputs.min(0), dataset.inputs.max(0)
    margin = 0.1 * (highest - lowest)
    across, up = (
        torch.linspace(float(low), float(high), GRID)
        for low, high in zip(lowest - margin, highest + margin, strict=True)
    )
    return torch.cartesian_prod(up, across).flip(1)

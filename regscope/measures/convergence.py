"""How fast a training came down: of its loss per seed and epoch, `[S, E]`."""

from __future__ import annotations

import numpy as np


def epochs_to_loss(train_loss: np.ndarray, threshold: float) -> np.ndarray:
    """The first epoch, from 1, whose training loss is at most `threshold`, `[S]`; nan if none."""
    reached = train_loss <= threshold
    return np.where(reached.any(1), reached.argmax(1) + 1.0, np.nan)


def loss_area(train_loss: np.ndarray) -> np.ndarray:
    """The mean training loss over all epochs, `[S]`: less is faster, or further."""
    area: np.ndarray = train_loss.mean(1, dtype=np.float64)
    return area


def loss_rise(test_loss: np.ndarray) -> np.ndarray:
    """How far the test loss has risen again by the end, last minus lowest epoch, `[S]`; from 0."""
    rise: np.ndarray = test_loss[:, -1] - test_loss.min(1)
    return rise

"""How a training went: of its loss, or of its accuracy, per seed and epoch, `[S, E]`."""

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


def accuracy_fall(test_accuracy: np.ndarray) -> np.ndarray:
    """How far the test accuracy has fallen by the end, best epoch minus last, `[S]`; from 0.

    What stopping at the right epoch would have saved (Zhang et al. 2018, Table 2, report both). The
    best of several epochs is above the last by chance, too: less falls where a curve is smoother.
    """
    fall: np.ndarray = test_accuracy.max(1) - test_accuracy[:, -1]
    return fall

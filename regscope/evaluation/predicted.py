"""Measures of what a network predicts for its training and its test examples."""

from __future__ import annotations

from torch import Tensor

from regscope.evaluation.seen import Predictions, measured
from regscope.measures.catalog import ACCURACY, SEEDS
from regscope.measures.predictions import accuracy, cross_entropy


def prediction_measures(
    train_logits: Tensor, train_labels: Tensor, test: Predictions
) -> dict[str, float]:
    """Of training logits `[N, C]` and labels `[N]`, and of the test.

    Gaps are what the test is worse by: train minus test accuracy, test minus train loss.
    """
    found = measured(SEEDS, test)
    found["train_accuracy"] = accuracy(train_logits, train_labels)
    found["train_loss"] = cross_entropy(train_logits, train_labels)
    found["generalization_gap"] = found["train_accuracy"] - found[ACCURACY]
    found["loss_gap"] = found["test_loss"] - found["train_loss"]
    return found

"""Measures of what a network predicts for its training and its test examples."""

from __future__ import annotations

from torch import Tensor

from regscope.measures.calibration import Bin, calibration_error
from regscope.measures.predictions import (
    accuracy,
    balanced_accuracy,
    brier_score,
    class_f1_sd,
    confusion_matrix,
    cross_entropy,
    roc_auc,
    top_k_accuracy,
)

TOP = 5
FEW_CLASSES = 10


def prediction_measures(
    train_logits: Tensor,
    train_labels: Tensor,
    test_logits: Tensor,
    test_labels: Tensor,
    bins: list[Bin],
) -> dict[str, float]:
    """Of logits `[N, C]` and labels `[N]`; `bins` are the test examples by their confidence.

    Gaps are what the test is worse by: train minus test accuracy, test minus train loss.
    """
    measures = {
        "test_accuracy": accuracy(test_logits, test_labels),
        "test_loss": cross_entropy(test_logits, test_labels),
        "train_accuracy": accuracy(train_logits, train_labels),
        "train_loss": cross_entropy(train_logits, train_labels),
    }
    measures["generalization_gap"] = measures["train_accuracy"] - measures["test_accuracy"]
    measures["loss_gap"] = measures["test_loss"] - measures["train_loss"]
    if test_logits.shape[1] > FEW_CLASSES:
        measures["top5_accuracy"] = top_k_accuracy(test_logits, test_labels, TOP)
    probabilities = test_logits.double().softmax(1)
    confusion = confusion_matrix(test_logits.argmax(1), test_labels, test_logits.shape[1])
    return measures | {
        "expected_calibration_error": calibration_error(bins),
        "brier_score": brier_score(probabilities, test_labels),
        "balanced_accuracy": balanced_accuracy(confusion),
        "roc_auc": roc_auc(probabilities, test_labels),
        "class_f1_sd": class_f1_sd(confusion),
    }

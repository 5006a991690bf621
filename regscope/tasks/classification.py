"""Classes: logits for each, the cross-entropy, and how many are told right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

from regscope.base.errors import RegscopeError
from regscope.base.lines import choose
from regscope.tasks.base import ClassWeights, Objective, Table, Task, TaskName

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

    from regscope.datasets import Dataset, Split


def cross_entropy(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy `[...]` in nats of `logits` `[..., C]`, and its gradient `[..., C]`.

    In closed form, which is cheaper than autograd's. `targets` are classes `[...]` or probabilities
    `[..., C]` that sum to 1. Both results are float32: `-sum(t * log(p))` and `p - t`, p being the
    softmax of the logits.
    """
    logits = logits.float()
    shifted = logits - logits.amax(-1, keepdim=True)
    exponentials = shifted.exp()
    sums = exponentials.sum(-1, keepdim=True)
    probabilities = exponentials.div_(sums)
    if targets.is_floating_point():
        losses = sums.log().squeeze(-1) - (targets * shifted).sum(-1)
        return losses, probabilities.sub_(targets)
    classes = targets.unsqueeze(-1)
    losses = (sums.log_() - shifted.gather(-1, classes)).squeeze(-1)
    minus_one = losses.new_full(losses.shape, -1).unsqueeze(-1)
    return losses, probabilities.scatter_add_(-1, classes, minus_one)


class OfClasses(Objective):
    """`weights` `[S, C]` multiply the gradient of a label's loss, by seed and class; the losses
    that are recorded are without them."""

    def __init__(self, seeds: int, weights: Tensor | None = None) -> None:
        super().__init__(seeds)
        self._weights = weights

    def loss(self, logits: Tensor, targets: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        losses, gradient = super().loss(logits, targets, labels)
        if self._weights is not None:
            own = self._weights.gather(1, labels.view(self.seeds, -1))
            gradient.mul_(own.view(-1, 1))
        return losses, gradient

    def each(self, logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Of `logits` `[S*B, C]`; `targets` are classes `[S*B]` or probabilities `[S*B, C]`."""
        return cross_entropy(logits, targets)

    def points(self, losses: Tensor, logits: Tensor, labels: Tensor) -> Tensor:
        del losses
        return logits.argmax(-1) == labels


class Classification(Task):
    name: ClassVar[TaskName] = "classification"
    score: ClassVar[str] = "accuracy"
    guessed: ClassVar[tuple[str, ...]] = (
        "accuracy",
        "loss",
        "balanced_accuracy",
        "roc_auc",
        "average_precision",
    )
    tables: ClassVar[tuple[Table, ...]] = get_args(Table)

    def outputs(self, dataset: Dataset) -> int:
        return len(dataset.classes)

    def objective(
        self,
        dataset: Dataset,
        splits: Sequence[Split],
        device: torch.device,
        class_weights: ClassWeights = None,
    ) -> Objective:
        import torch

        if class_weights is None:
            return OfClasses(len(splits))
        weights = weights_of(class_weights, dataset, [split.train for split in splits])
        return OfClasses(len(splits), torch.tensor(weights, dtype=torch.float32, device=device))

    def guess(self, known: np.ndarray, held: np.ndarray, outputs: int) -> dict[str, float]:
        return class_guess(class_counts(known, outputs), class_counts(held, outputs))


def weights_of(
    class_weights: Mapping[str, float] | Literal["balanced"],
    dataset: Dataset,
    trained: Sequence[np.ndarray],
) -> list[list[float]]:
    """What examples of each class count, `[S, C]`; `trained` are each seed's training examples.

    Of `balanced`, `n / (C * n_c)` (scikit-learn's): n examples, n_c of them of class c, and C
    classes that are there, so that examples count 1 on average; 0 for a class that is not there.
    Raises RegscopeError for the name of a class that there is not.
    """
    classes = dataset.classes
    if class_weights == "balanced":
        targets = dataset.known_targets
        return [_balanced(class_counts(targets[own], len(classes))) for own in trained]
    for name, weight in class_weights.items():
        if name not in classes:
            known = choose(classes, near=name)
            raise RegscopeError(f"training.class_weights.{name} = {weight:g}: no class; {known}")
    return [[class_weights.get(name, 1.0) for name in classes]] * len(trained)


def _balanced(counts: np.ndarray) -> list[float]:
    there = sum(count > 0 for count in counts.tolist())
    total = int(counts.sum())
    return [total / (there * count) if count else 0.0 for count in counts.tolist()]


def class_guess(train: np.ndarray, test: np.ndarray) -> dict[str, float]:
    """Measures of the guess by GUESSED, from how often each class is in training and in test.

    `train` and `test` are counts `[C]`, each with at least one example. Its accuracy is that of
    always saying the class that is most frequent in training, of several the first. Its loss, in
    nats, is the cross-entropy of giving every class its share of the training examples: infinite
    where a class of the test was never seen. Balanced accuracy of any constant answer is one over
    the number of classes in the test, if the class it says is one of them, and here taken for
    granted; ROC AUC of equal scores is 0.5, and cannot be had (nan) of a single class. Average
    precision of equal scores is the share of the positive class: of two classes the rarer one's, of
    more the mean over those in the test.
    """
    import numpy as np

    shares = test / test.sum()
    there = np.flatnonzero(test)
    with np.errstate(divide="ignore"):
        surprise = -np.log(train[there] / train.sum())
    return {
        "accuracy": float(shares[int(np.argmax(train))]),
        "loss": math.fsum((shares[there] * surprise).tolist()),
        "balanced_accuracy": 1 / len(there),
        "roc_auc": 0.5 if len(there) > 1 else math.nan,
        "average_precision": _equal_precision(shares) if len(there) > 1 else math.nan,
    }


def _equal_precision(shares: np.ndarray) -> float:
    return float(shares.min()) if len(shares) == 2 else 1 / int((shares > 0).sum())


def class_counts(targets: np.ndarray, classes: int) -> np.ndarray:
    """How often each class is among targets of any shape, `[C]`; negative ones do not count."""
    import numpy as np

    counts: np.ndarray = np.bincount(targets[targets >= 0].ravel(), minlength=classes)
    return counts

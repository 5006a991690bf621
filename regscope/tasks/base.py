"""What a task is: what comes out of a network, how it is judged, and what is told of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

    from regscope.datasets import Dataset, Split
    from regscope.datasets.base import Quantity

TaskName = Literal["classification", "tagging", "regression"]

ClassWeights = Mapping[str, float] | Literal["balanced"] | None
"""What an example of a class counts in training, by its name; see `training.class_weights`."""

Table = Literal[
    "seeds", "layers", "classes", "comparisons", "units", "pruning", "robustness", "reliability",
    "confused", "discordant", "guess",
]  # fmt: skip
"""A table of a study's results."""


class Asked(Protocol):
    """What tells the task: of a data set, or of its source."""

    @property
    def kind(self) -> str: ...
    @property
    def quantity(self) -> Quantity | None: ...


class Objective(ABC):
    """What the networks of a stack are trained for, and scored by. Seeds lie in blocks."""

    def __init__(self, seeds: int) -> None:
        self.seeds = seeds

    def targets(self, stored: Tensor) -> Tensor:
        """What the networks are to give, of `stored` targets `[S*B, ...]`, as float32 or int64."""
        return stored

    @abstractmethod
    def each(self, logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Every target's loss, and its gradient by the logits, float32."""

    def loss(self, logits: Tensor, targets: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Every label's loss, and the gradient by the logits of each seed's mean loss, float32.

        The gradient is of the loss on `targets`: the labels themselves, or what is taught in their
        place, for classes rows of probabilities `[..., C]`.
        """
        losses, gradient = self.each(logits, targets)
        if targets is not labels:
            losses, _ = self.each(logits, labels)
        return losses, gradient.div_(len(logits) // self.seeds)

    @abstractmethod
    def points(self, losses: Tensor, logits: Tensor, labels: Tensor) -> Tensor:
        """What every label adds to its seed's score; `losses` are those on these labels."""

    def shares(self, labels: Tensor) -> Tensor | float:
        """What each label's loss weighs in its seed's mean: a number, or one for each."""
        return self.seeds / len(labels)

    def counted(self, targets: Tensor, indices: Tensor) -> Tensor | int:
        """How many of the `targets` `[N, ...]` at `indices` `[S, n]` count, by seed or for all."""
        del targets
        return indices.shape[1]

    def score(self, points: Tensor, part: Literal["train", "holdout"]) -> Tensor:
        """The score of each seed `[S]`, of the means of its points over a part of the data."""
        del part
        return points


class Task(ABC):
    """One task. `score` is what its networks are about unless a study says: `test_<score>` is the
    measure, and what history has beside losses. `guessed` names what the constant guess is measured
    in, as `test_*` and `validation_*` measures end. `tables` are those that its results have."""

    name: ClassVar[TaskName]
    score: ClassVar[str]
    guessed: ClassVar[tuple[str, ...]]
    tables: ClassVar[tuple[Table, ...]]

    @property
    def history(self) -> tuple[str, ...]:
        """The columns of history, an epoch's values of each seed."""
        return (
            "train_loss",
            "penalty",
            f"train_{self.score}",
            "holdout_loss",
            f"holdout_{self.score}",
        )

    @property
    def measure(self) -> str:
        """The measure that its networks are about."""
        return f"test_{self.score}"

    @abstractmethod
    def outputs(self, dataset: Dataset) -> int:
        """How many numbers a network gives for each target."""

    @abstractmethod
    def objective(
        self,
        dataset: Dataset,
        splits: Sequence[Split],
        device: torch.device,
        class_weights: ClassWeights = None,
    ) -> Objective:
        """Of a stack, a seed a split. Raises RegscopeError where there is nothing to learn, and for
        the weight of a class that there is not."""

    @abstractmethod
    def guess(self, known: np.ndarray, held: np.ndarray, outputs: int) -> dict[str, float]:
        """The best constant guess by `guessed`: it knows training targets, and is held against
        others. What can be had without looking at a single input: a study's networks have learned
        something where they do better."""

"""A number: the mean squared error, and how much of the targets' variance is explained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from regscope.base.errors import RegscopeError
from regscope.tasks.base import ClassWeights, Objective, Table, Task, TaskName

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

    from regscope.datasets import Dataset, Split


@dataclass(frozen=True)
class Standard:
    """`(target - mean) / deviation` is what a network is trained to give.

    Of a seed's own training targets, and of nothing else: what is held out reaches no training.
    """

    mean: float
    deviation: float

    @classmethod
    def of(cls, targets: np.ndarray) -> Standard:
        """Of targets `[n]`, the deviation being that of the population, over n.

        Sums are exact but for one rounding, so that every processor comes to the same. Raises
        RegscopeError where all targets are the same.
        """
        mean = math.fsum(targets.tolist()) / len(targets)
        deviation = math.sqrt(_squares(targets - mean) / len(targets))
        if not deviation:
            raise RegscopeError(
                f"targets: all {len(targets)} that train are {targets[0]:g}: nothing to learn"
            )
        return cls(mean, deviation)

    def standardized(self, targets: np.ndarray) -> np.ndarray:
        found: np.ndarray = (targets - self.mean) / self.deviation
        return found

    def in_own_unit(self, outputs: np.ndarray) -> np.ndarray:
        """What a network's outputs say of the targets, float64."""
        found: np.ndarray = outputs.astype("float64") * self.deviation + self.mean
        return found


def squared_error(outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """`(z - t)**2` `[N]` of outputs `[N, 1]` and targets `[N]`, and its gradient `[N, 1]`."""
    residuals = outputs.float().squeeze(-1) - targets
    return residuals.square(), (2 * residuals).unsqueeze(-1)


class OfNumbers(Objective):
    """Targets `[S*B]`, float64 as they are stored, are standardized seed by seed."""

    def __init__(self, targets: np.ndarray, splits: Sequence[Split], device: torch.device) -> None:
        import torch

        super().__init__(len(splits))
        standards = [Standard.of(targets[split.train]) for split in splits]
        self._means, self._deviations = (
            torch.tensor(numbers, dtype=torch.float64, device=device).view(-1, 1)
            for numbers in (
                [standard.mean for standard in standards],
                [standard.deviation for standard in standards],
            )
        )
        held = [
            float(standard.standardized(targets[split.holdout]).var())
            for standard, split in zip(standards, splits, strict=True)
        ]
        self._variances = {
            "train": torch.ones(len(splits), device=device),
            "holdout": torch.tensor(held, dtype=torch.float32, device=device),
        }

    def targets(self, stored: Tensor) -> Tensor:
        by_seed = stored.view(self.seeds, -1)
        return ((by_seed - self._means) / self._deviations).float().view(-1)

    def each(self, logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        return squared_error(logits, targets)

    def points(self, losses: Tensor, logits: Tensor, labels: Tensor) -> Tensor:
        del logits, labels
        return losses

    def score(self, points: Tensor, part: Literal["train", "holdout"]) -> Tensor:
        """R squared: 1 minus the mean squared error over the variance of the part's targets.

        0 of targets that are all the same, which nothing can explain.
        """
        variance = self._variances[part]
        return (1 - points / variance).where(variance > 0, 0)


class Regression(Task):
    name: ClassVar[TaskName] = "regression"
    score: ClassVar[str] = "r2"
    guessed: ClassVar[tuple[str, ...]] = ("r2", "loss", "rmse", "mae")
    tables: ClassVar[tuple[Table, ...]] = ("seeds", "layers", "units", "comparisons", "guess")

    def outputs(self, dataset: Dataset) -> int:
        del dataset
        return 1

    def objective(
        self,
        dataset: Dataset,
        splits: Sequence[Split],
        device: torch.device,
        class_weights: ClassWeights = None,
    ) -> Objective:
        del class_weights
        return OfNumbers(dataset.targets, splits, device)

    def guess(self, known: np.ndarray, held: np.ndarray, outputs: int) -> dict[str, float]:
        """Of the mean of the training targets, which has the least squared error there."""
        del outputs
        standard = Standard.of(known)
        return number_scores(0 * held + standard.mean, held, standard)


def number_scores(
    predicted: np.ndarray, targets: np.ndarray, standard: Standard
) -> dict[str, float]:
    """`r2`, `loss`, `rmse` and `mae` of predictions `[n]` of targets `[n]`, in their own unit.

    R squared is 1 minus the sum of squared errors over that of the targets' distances from their
    mean: 1 at best, 0 of that mean, and below it of what is worse; nan of targets that are all the
    same. The loss is the mean squared error of standardized targets.
    """
    errors = predicted - targets
    squares = _squares(errors)
    mean = math.fsum(targets.tolist()) / len(targets)
    spread = _squares(targets - mean)
    return {
        "r2": 1 - squares / spread if spread else math.nan,
        "loss": squares / len(targets) / standard.deviation**2,
        "rmse": math.sqrt(squares / len(targets)),
        "mae": math.fsum(abs(errors).tolist()) / len(targets),
    }


def _squares(values: np.ndarray) -> float:
    """Their sum."""
    return math.fsum((values * values).tolist())

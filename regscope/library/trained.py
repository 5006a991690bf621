"""What `regscope.train` gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Literal

from regscope.base.errors import RegscopeError
from regscope.datasets.base import Dataset
from regscope.study.params import Study

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor, nn

BATCH = 1000


@dataclass(frozen=True)
class Trained:
    """A trained cell.

    `networks` are plain torch modules in evaluation mode, one a seed of `seeds`; where targets are
    numbers they give these in their own unit. `history` has a row a seed and epoch (from 1):
    `seed`, `epoch`, `train_loss`, `penalty`, `train_accuracy`, `holdout_loss`, `holdout_accuracy`,
    the last two of the test examples, those of training by labels as they are given
    (`data.label_noise`); losses are in nats, accuracies fractions. Of numbers
    `train_r2` and `holdout_r2` stand for accuracy, and losses are mean squared errors of the
    standardized targets. `device` is `cpu` or the name of the GPU that trained.
    """

    study: Study
    reg: str
    seeds: tuple[int, ...]
    networks: tuple[nn.Module, ...]
    history: pd.DataFrame
    dataset: Dataset
    device: str

    @property
    def test_accuracy(self) -> list[float]:
        """Every seed's accuracy on its test examples after the last epoch, a fraction.

        Raises RegscopeError where targets are numbers.
        """
        return self._last("accuracy")

    @property
    def test_r2(self) -> list[float]:
        """Every seed's R squared on its test examples after the last epoch.

        Raises RegscopeError where targets are classes.
        """
        return self._last("r2")

    @property
    def test_scores(self) -> list[float]:
        """`test_accuracy`, or `test_r2` where targets are numbers."""
        return self._last(self.study.task.score)

    def _last(self, score: str) -> list[float]:
        own = self.study.task.score
        if score != own:
            raise RegscopeError(
                f"test_{score}: not of {self.study.task.name}, which the study is: use test_{own}"
            )
        last = self.history[self.history["epoch"] == self.study.training.epochs]
        return [float(value) for value in last[f"holdout_{score}"]]

    def batches(
        self, seed: int, part: Literal["train", "test"] = "test", size: int = BATCH
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """The examples of one seed's split as (inputs, labels), inputs as its network sees them.

        Those of `train` have the labels that training saw.

        Raises RegscopeError where `seed` was not trained, `part` is neither, or `size` below 1.
        """
        import torch

        from regscope.datasets.seen import as_seen

        if seed not in self.seeds:
            raise RegscopeError(f"seed = {seed}: choose from 0 to {self.seeds[-1]}")
        if part not in ("train", "test"):
            raise RegscopeError(f"part = {part}: choose from: train, test")
        if not isinstance(size, Integral) or size < 1:
            raise RegscopeError(f"size = {size!r:.100}: must be a whole number of at least 1")
        split = self.study.split_of(self.dataset, self.reg, seed)
        indices = torch.from_numpy(split.train if part == "train" else split.holdout)
        inputs = torch.from_numpy(self.dataset.inputs)
        known = self.dataset.known_targets if part == "train" else self.dataset.targets
        targets = torch.from_numpy(known)
        for places in torch.split(indices, int(size)):
            yield as_seen(inputs[places], self.dataset.scale), targets[places]

    def plot_weights(self, *others: Trained, labels: Sequence[str] | None = None) -> Figure:
        """How the weights of this cell, and of `others`, are distributed, as the report draws it.

        One panel a cell on the same axes, of all layers and seeds together, with this cell's
        outline in the others' panels. `labels` name the panels, this cell's first, where the names
        of the cells do not say enough.

        The figure is matplotlib's own, and known to no pyplot: `figure.savefig("weights.png")`
        keeps it, and a notebook shows it.

        Raises RegscopeError, in one line, where one of `others` is no Trained, has another number
        of seeds or no weights, or two would have the same name.
        """
        from regscope.library.drawing import draw_weights, named_cells

        return draw_weights(named_cells(Trained, (self, *others), labels))

"""What networks that give numbers are measured in, beside what is inside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from regscope.datasets import Dataset
from regscope.evaluation.examples import Examples
from regscope.evaluation.passes import logits
from regscope.evaluation.row import Row
from regscope.tasks.regression import Standard, number_scores


class OfNumbers:
    """Every seed's network on its own examples, in the targets' own unit."""

    def __init__(
        self,
        dataset: Dataset,
        networks: Sequence[nn.Module],
        examples: Sequence[Examples],
        pool: Tensor,
    ) -> None:
        del pool
        self.dataset, self.networks, self.examples = dataset, networks, examples
        self.standards = [Standard.of(dataset.targets[seen.train.numpy()]) for seen in examples]

    def measured(
        self, seed: int, weights: Mapping[str, np.ndarray], activations: Mapping[str, Tensor]
    ) -> tuple[dict[str, float], dict[str, list[Row]]]:
        """Measures of one seed's network; there are no further tables."""
        del weights, activations
        own = self.examples[seed]
        test, train = (self._scores(seed, part.numpy()) for part in (own.test, own.train))
        return {
            **{f"test_{name}": value for name, value in test.items()},
            "train_r2": train["r2"],
            "train_loss": train["loss"],
            "loss_gap": test["loss"] - train["loss"],
        }, {}

    def arrays(self) -> dict[str, np.ndarray]:
        """`test_indices` and `predictions` `[S, n]`, these as float32 in the targets' own unit."""
        tested = [seen.test.numpy() for seen in self.examples]
        return {
            "test_indices": np.stack(tested).astype(np.int32),
            "predictions": np.stack(
                [self._predicted(seed, places) for seed, places in enumerate(tested)]
            ).astype(np.float32),
        }

    def _scores(self, seed: int, places: np.ndarray) -> dict[str, float]:
        targets = self.dataset.targets[places]
        return number_scores(self._predicted(seed, places), targets, self.standards[seed])

    def _predicted(self, seed: int, places: np.ndarray) -> np.ndarray:
        inputs = torch.from_numpy(self.dataset.inputs[places])
        found = logits(self.networks[seed], inputs, self.dataset.scale)
        return self.standards[seed].in_own_unit(found.squeeze(1).numpy())

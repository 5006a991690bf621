"""What networks that tell classes are measured in, beside what is inside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
import torch
from torch import Tensor, nn

from regscope.datasets import Dataset
from regscope.evaluation import inside
from regscope.evaluation.corruption import corruption_together, robustness_rows
from regscope.evaluation.examples import Examples, chosen
from regscope.evaluation.landscape import grid_of
from regscope.evaluation.passes import logits
from regscope.evaluation.predicted import prediction_measures
from regscope.evaluation.row import Row
from regscope.evaluation.seen import Seen
from regscope.evaluation.words import counted, most_frequent_tags, word_measures
from regscope.measures.precision_recall import at_recalls, curve, rarer
from regscope.measures.predictions import accuracy, confusion_matrix
from regscope.measures.robustness import input_gradient_norm, word_gradient_norm

RARE = 0.2
"""Of two classes, the share below which one's precision and recall are drawn."""
RECALLS = 100
"""Equal steps of recall at which its precision is kept."""


class OfClasses:
    """Every seed's network on its own examples; of sentences all is over their words."""

    def __init__(
        self,
        dataset: Dataset,
        networks: Sequence[nn.Module],
        examples: Sequence[Examples],
        pool: Tensor,
    ) -> None:
        self.dataset, self.networks, self.examples, self.pool = dataset, networks, examples, pool
        self.targets = torch.from_numpy(dataset.targets)
        self.stored = torch.from_numpy(dataset.inputs)
        self.tested = [
            logits(network, self.stored[seen.test], dataset.scale)
            for network, seen in zip(networks, examples, strict=True)
        ]
        self.clean = [
            accuracy(*counted(found[: len(seen.few)], self.targets[seen.few]))
            for found, seen in zip(self.tested, examples, strict=True)
        ]
        self.hurt = robustness_rows(
            dataset.kind, networks, examples, pool, self.targets, self.clean
        )

    def measured(
        self, seed: int, weights: Mapping[str, np.ndarray], activations: Mapping[str, Tensor]
    ) -> tuple[dict[str, float], dict[str, list[Row]]]:
        """Measures of one seed's network, and its rows of the tables that its task has besides."""
        own, network, dataset = self.examples[seed], self.networks[seed], self.dataset
        known = torch.from_numpy(dataset.known_targets)[own.train]
        fitted = counted(logits(network, self.stored[own.train], dataset.scale), known)
        few, few_labels = chosen(self.pool, own.pooled), self.targets[own.few]
        seen = Seen(
            *counted(self.tested[seed], self.targets[own.test]),
            network=network,
            weights=weights,
            activations=activations,
            few_inputs=few,
            few_labels=few_labels,
        )
        pruning = inside.pruning_rows(network, few, few_labels)
        together = (
            prediction_measures(*fitted, seen)
            | corruption_together(self.hurt[seed], self.clean[seed])
            | {"input_gradient_norm": _input_gradient_norm(dataset, network, few, few_labels)}
            | inside.pruning_together(pruning)
            | _of_words(dataset, own, self.tested[seed])
        )
        return together, {
            "pruning": pruning,
            "robustness": self.hurt[seed],
            "reliability": [asdict(row) for row in seen.bins],
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """`confusion` `[S, C, C]`; `test_indices` and `predictions` `[S, n]`, of sentences
        `predictions` `[S, words]`, one sentence after another; for two classes of points in the
        plane, the rectangle that holds the data as `grid` `[G*G, 2]`, and the
        probability of the second class there as `grid_probabilities` `[S, G*G]`; for two classes
        one of which is rare, its number as `precision_of` `[1]` and its `precision` `[S, RECALLS]`
        at recalls of 1 / RECALLS to 1."""
        return _arrays(
            self.networks, self.tested, [seen.test for seen in self.examples], self.dataset
        )


def _input_gradient_norm(
    dataset: Dataset, network: nn.Module, inputs: Tensor, labels: Tensor
) -> float:
    if dataset.kind == "tokens":
        return word_gradient_norm(network, inputs, labels)
    return input_gradient_norm(network, inputs, labels)


def _of_words(dataset: Dataset, seen: Examples, tested: Tensor) -> dict[str, float]:
    """Measures that only sentences have."""
    if dataset.words is None:
        return {}
    words, targets = torch.from_numpy(dataset.inputs), torch.from_numpy(dataset.targets)
    baseline = most_frequent_tags(
        words[seen.train], targets[seen.train], dataset.words, len(dataset.classes)
    )
    return word_measures(tested, words[seen.test], targets[seen.test], baseline)


def _arrays(
    networks: Sequence[nn.Module], tested: list[Tensor], indices: list[Tensor], dataset: Dataset
) -> dict[str, np.ndarray]:
    targets, classes = torch.from_numpy(dataset.targets), len(dataset.classes)
    judged = [
        counted(found.argmax(-1), targets[test])
        for found, test in zip(tested, indices, strict=True)
    ]
    predictions = [predicted for predicted, _ in judged]
    confusion = [confusion_matrix(predicted, labels, classes) for predicted, labels in judged]
    arrays = {
        "confusion": torch.stack(confusion).to(torch.int32),
        "test_indices": torch.stack(indices).to(torch.int32),
        "predictions": torch.stack(predictions).to(torch.int16),
    }
    grid = grid_of(dataset)
    if grid is not None:
        landscapes = [logits(network, grid).softmax(1)[:, 1] for network in networks]
        arrays |= {"grid": grid, "grid_probabilities": torch.stack(landscapes)}
    rare = rare_class(dataset)
    if rare is not None:
        kept = [
            at_recalls(*curve(found.double().softmax(1)[:, rare], targets[test] == rare), RECALLS)
            for found, test in zip(tested, indices, strict=True)
            if (targets[test] == rare).any()
        ]
        # A test without the class has no recall: the whole study then has no curves.
        if len(kept) == len(tested):
            arrays |= {"precision_of": torch.tensor([rare]), "precision": torch.stack(kept).float()}
    return {name: array.numpy() for name, array in arrays.items()}


def rare_class(dataset: Dataset) -> int | None:
    """Of two classes the one that fewer than RARE of all examples are of, if one is."""
    if len(dataset.classes) != 2 or dataset.kind == "tokens":
        return None
    counts = torch.bincount(torch.from_numpy(dataset.targets), minlength=2)
    fewer = rarer(counts)
    return fewer if 0 < int(counts[fewer]) < RARE * int(counts.sum()) else None

"""The training loop: a stack of seeds of one cell, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from regscope.datasets import Dataset
from regscope.errors import RegscopeError
from regscope.models.initialization import initialized
from regscope.params import Study
from regscope.regularizers import Penalty, Regularizer
from regscope.training.batches import Examples
from regscope.training.history import COLUMNS
from regscope.training.optimizers import make_optimizer
from regscope.training.stack import stack, streams_of, weights_of
from regscope.training.streams import Streams

EVALUATION_BATCH = 500


@dataclass
class Progress:
    """Where a stack stands: `history` `[columns, S, epochs done]` and the state to go on from."""

    epoch: int
    history: Tensor
    model: dict[str, Tensor]
    optimizer: dict[str, Tensor]


class Trainer:
    """S seeds of one cell as one stack.

    `methods` come in the order in which they act. History columns: `train_loss` (cross-entropy
    alone) and `train_accuracy` are means over the epoch's batches in training mode, as Keras
    logs them; `penalty` is the regularizers' term after the epoch; `holdout_*` are measured
    after the epoch in evaluation mode.
    """

    def __init__(
        self,
        study: Study,
        methods: Sequence[Regularizer],
        dataset: Dataset,
        seeds: Sequence[int],
        holdout: Literal["test", "validation"] = "test",
    ) -> None:
        self.settings = study.training
        self.seeds = tuple(seeds)
        self.methods = methods
        splits = [dataset.split(study.split, seed, holdout) for seed in seeds]
        self.train = torch.stack([torch.from_numpy(split.train) for split in splits])
        self.holdout = torch.stack([torch.from_numpy(split.holdout) for split in splits])
        self.examples = Examples(
            torch.from_numpy(dataset.inputs), torch.from_numpy(dataset.targets), dataset.scale
        )
        plain = [
            initialized(study.model, dataset.input_shape, len(dataset.classes), seed)
            for seed in seeds
        ]
        for method in methods:
            for module in plain:
                method.insert(module)
        sample, _ = self.examples.gather(self.train[:1, :4])
        self.model = stack(plain, seeds, sample)
        self.penalties = [
            (method, weights_of(self.model, method.layers))
            for method in methods
            if isinstance(method, Penalty)
        ]
        self.optimizer = make_optimizer(self.settings, self.model.parameters())
        self.order = Streams(seeds, "order")
        self.draws = {method.name: Streams(seeds, method.name) for method in methods}
        self.epoch = 0
        self.history = torch.empty(len(COLUMNS), len(seeds), 0)

    def run(self, after_epoch: Callable[[Trainer], None] | None = None) -> None:
        """Train to the last epoch, calling `after_epoch` after each.

        Raises RegscopeError naming the seed and epoch where a loss is no longer finite.
        """
        while self.epoch < self.settings.epochs:
            row = [*self._train_epoch(), *self._evaluate()]
            self.epoch += 1
            self.history = torch.cat([self.history, torch.stack(row).unsqueeze(2)], dim=2)
            self._check_finite()
            if after_epoch is not None:
                after_epoch(self)

    def _train_epoch(self) -> tuple[Tensor, Tensor, Tensor]:
        for streams in (self.order, *self.draws.values(), *streams_of(self.model)):
            streams.start_epoch(self.epoch)
        self.model.train()
        size = self.train.shape[1]
        order = self.train.gather(1, self.order.permutations(size))
        loss = torch.zeros(len(self.seeds))
        correct = torch.zeros(len(self.seeds))
        for inputs, targets in self.examples.batches(order, self.settings.batch_size):
            batch_loss, batch_correct = self._step(inputs, targets)
            loss += batch_loss
            correct += batch_correct
        return loss / size, self._penalty(), correct / size

    def _step(self, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """One update; the sums over the batch of each seed's losses and hits, `[S]`."""
        targets = labels
        for method in self.methods:
            inputs, targets = method.batch(inputs, targets, self.draws[method.name])
        logits = self.model(inputs)
        losses = self._by_seed(cross_entropy(logits, targets, reduction="none"))
        self.optimizer.zero_grad()
        torch.autograd.backward(losses.mean(1).sum())
        with torch.no_grad():
            for method, weights in self.penalties:
                method.add_gradient(weights)
        self.optimizer.step()
        hits = self._by_seed(logits.detach().argmax(1) == labels)
        return losses.detach().sum(1), hits.sum(1)

    @torch.no_grad()
    def _penalty(self) -> Tensor:
        total = torch.zeros(len(self.seeds))
        for method, weights in self.penalties:
            total += method.penalty(weights)
        return total

    @torch.no_grad()
    def _evaluate(self) -> tuple[Tensor, Tensor]:
        self.model.eval()
        size = self.holdout.shape[1]
        loss = torch.zeros(len(self.seeds))
        correct = torch.zeros(len(self.seeds))
        for inputs, labels in self.examples.batches(self.holdout, EVALUATION_BATCH):
            logits = self.model(inputs)
            loss += self._by_seed(cross_entropy(logits, labels, reduction="none")).sum(1)
            correct += self._by_seed(logits.argmax(1) == labels).sum(1)
        return loss / size, correct / size

    def _by_seed(self, values: Tensor) -> Tensor:
        return values.view(len(self.seeds), -1)

    def _check_finite(self) -> None:
        finite = self.history[:, :, -1].isfinite().all(0)
        for seed, fine in zip(self.seeds, finite.tolist(), strict=True):
            if not fine:
                raise RegscopeError(
                    f"seed {seed}, epoch {self.epoch}: the loss is no longer finite; try a smaller"
                    f" training.learning_rate (now {self.settings.learning_rate:g})"
                )

    def state(self) -> Progress:
        """Everything needed to go on later; random streams begin anew with every epoch."""
        return Progress(
            self.epoch, self.history, dict(self.model.state_dict()), self.optimizer.state
        )

    def resume(self, progress: Progress) -> None:
        self.epoch = progress.epoch
        self.history = progress.history
        self.model.load_state_dict(progress.model)
        self.optimizer.state = progress.optimizer

"""The training loop: a stack of seeds of one cell, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from regscope.base.errors import DivergedError, RegscopeError
from regscope.datasets import Dataset
from regscope.models.initialization import initialized
from regscope.models.normalization import keep_biased_variance
from regscope.regularizers import Penalty, Proximal, Regularizer, WeightTerm
from regscope.stacking.graphs import Recorder
from regscope.stacking.precision import tf32_where
from regscope.stacking.stack import stack, stacked_weights, streams_of
from regscope.stacking.streams import CPU, Streams
from regscope.study.params import Study
from regscope.tasks import task_of
from regscope.training.batches import Examples, batches, orders, with_copies
from regscope.training.optimizers import make_optimizer
from regscope.training.passes import make_passes

EVALUATION_BATCH = 200


@dataclass
class Progress:
    """Where a stack stands: `history` `[columns, S, epochs done]` and the state to go on from."""

    seeds: tuple[int, ...]
    epoch: int
    history: Tensor
    model: dict[str, Tensor]
    optimizer: dict[str, Tensor]


class Trainer:
    """S seeds of one cell as one stack, on one device.

    `methods` come in the order in which they act. History columns: `train_loss` (without the
    penalty) and the task's score are means over the epoch's batches in training mode, as Keras
    logs them; `penalty` is the regularizers' term after the epoch; `holdout_*` are measured
    after the epoch in evaluation mode and in float32, as weights are kept. Of sentences all are
    means over words. Where a method adds copies, an epoch goes through every example as often.
    """

    def __init__(
        self,
        study: Study,
        methods: Sequence[Regularizer],
        dataset: Dataset,
        seeds: Sequence[int],
        holdout: Literal["test", "validation"] = "test",
        device: torch.device = CPU,
    ) -> None:
        self.settings = study.training
        self.seeds = tuple(seeds)
        self.methods = methods
        self.device = device
        task = task_of(dataset)
        splits = [dataset.split(study.split, seed, holdout) for seed in seeds]
        self.train = torch.stack([torch.from_numpy(split.train) for split in splits]).to(device)
        self.holdout = torch.stack([torch.from_numpy(split.holdout) for split in splits]).to(device)
        self.objective = task.objective(dataset, splits, device)
        self.examples = Examples(
            torch.from_numpy(dataset.inputs).to(device),
            torch.from_numpy(dataset.targets).to(device),
            dataset.scale,
        )
        plain = [
            initialized(study.model, dataset.input_shape, task.outputs(dataset), seed)
            for seed in seeds
        ]
        for module in plain:
            for method in methods:
                method.insert(module)
            if self.settings.conventions == "keras":
                keep_biased_variance(module)
            module.to(device)
        sample, _ = self.examples.gather(self.train[:1, :4])
        self.model = stack(plain, seeds, sample)
        self.passes = make_passes(self.model, self.settings.precision, device)
        self.terms = [
            (method, self._weights(method, plain[0]))
            for method in methods
            if isinstance(method, WeightTerm)
        ]
        proximal = [
            (term, weights.values()) for term, weights in self.terms if isinstance(term, Proximal)
        ]
        self.optimizer = make_optimizer(self.settings, self.model.parameters(), proximal)
        self.draws = {method.name: Streams(seeds, method.name, device) for method in methods}
        copies = max((method.copies for method in methods), default=1)
        self._places = with_copies(self.train, copies, len(self.examples))
        self.epoch = 0
        self.history = torch.empty(len(task.history), len(seeds), 0)
        # Sums over the epoch so far of each seed's losses and points.
        self._loss = torch.zeros(len(seeds), device=device)
        self._points = torch.zeros(len(seeds), device=device)
        self._recorder = Recorder()

    def _weights(self, term: WeightTerm, plain: nn.Module) -> dict[str, Tensor]:
        """The weights that a term acts on, if it says of them what it must."""
        try:
            weights = stacked_weights(self.model, plain, term.layers)
        except ValueError as error:
            raise RegscopeError(f"{term.name}: {error}") from error
        term.try_out(weights)
        return weights

    def run(self, after_epoch: Callable[[Trainer], None] | None = None) -> None:
        """Train to the last epoch, calling `after_epoch` after each.

        Raises DivergedError naming the seed and epoch where a loss is no longer finite.
        """
        while self.epoch < self.settings.epochs:
            with tf32_where(self.settings.precision == "tf32"):
                trained = self._train_epoch()
            row = torch.stack([*trained, *self._evaluate()])
            self.epoch += 1
            self.history = torch.cat([self.history, row.cpu().unsqueeze(2)], dim=2)
            self._check_finite()
            if after_epoch is not None:
                after_epoch(self)

    def _train_epoch(self) -> tuple[Tensor, Tensor, Tensor]:
        for streams in self._streams():
            streams.start_epoch(self.epoch)
        self.model.train()
        self._loss.zero_()
        self._points.zero_()
        order = orders(self.seeds, self.epoch, self._places.shape[1]).to(self.device)
        for indices in batches(self._places.gather(1, order), self.settings.batch_size):
            self._recorder.run(self._step, self._changed_by_a_step, indices)
        size = self.objective.counted(self.examples.targets, self._places)
        score = self.objective.score(self._points / size, "train")
        return self._loss / size, self._penalty(), score

    def _step(self, indices: Tensor) -> None:
        """One update on the examples `indices` `[S, B]`."""
        inputs, stored = self.examples.gather(indices)
        targets = labels = self.objective.targets(stored)
        for method in self.methods:
            changed, targets = method.batch(inputs, targets, self.draws[method.name])
            if method.copies > 1:
                copied = self.examples.copied(indices)
                changed = torch.where(copied.view(-1, *[1] * (inputs.dim() - 1)), changed, inputs)
            inputs = changed
        logits = self.passes.forward(inputs)
        losses, gradient = self.objective.loss(logits, targets)
        self.passes.backward(gradient)
        with torch.no_grad():
            for term, weights in self.terms:
                if isinstance(term, Penalty):
                    term.add_gradient(weights)
            self.optimizer.step()
        self._loss += self._by_seed(losses).sum(1)
        self._points += self._by_seed(self.objective.points(losses, logits, labels)).sum(1)

    def _changed_by_a_step(self) -> list[Tensor]:
        positions = [streams.position for streams in self._streams()]
        state = [*self.model.state_dict().values(), *self.optimizer.state.values()]
        return [*state, *positions, self._loss, self._points]

    def _streams(self) -> list[Streams]:
        return [*self.draws.values(), *streams_of(self.model)]

    @torch.no_grad()
    def _penalty(self) -> Tensor:
        total = torch.zeros(len(self.seeds), device=self.device)
        for term, weights in self.terms:
            total += term.penalty(weights)
        return total

    @torch.no_grad()
    def _evaluate(self) -> tuple[Tensor, Tensor]:
        self.model.eval()
        loss = torch.zeros(len(self.seeds), device=self.device)
        points = torch.zeros(len(self.seeds), device=self.device)
        for indices in batches(self.holdout, EVALUATION_BATCH):
            inputs, stored = self.examples.gather(indices)
            logits, targets = self.model(inputs), self.objective.targets(stored)
            losses, _ = self.objective.loss(logits, targets)
            loss += self._by_seed(losses).sum(1)
            points += self._by_seed(self.objective.points(losses, logits, targets)).sum(1)
        size = self.objective.counted(self.examples.targets, self.holdout)
        return loss / size, self.objective.score(points / size, "holdout")

    def _by_seed(self, values: Tensor) -> Tensor:
        return values.view(len(self.seeds), -1)

    def _check_finite(self) -> None:
        finite = self.history[:, :, -1].isfinite().all(0)
        for seed, fine in zip(self.seeds, finite.tolist(), strict=True):
            if not fine:
                raise DivergedError(
                    f"seed {seed}, epoch {self.epoch}: the loss is no longer finite; try a smaller"
                    f" training.learning_rate (now {self.settings.learning_rate:g})"
                )

    def state(self) -> Progress:
        """Everything needed to go on later; random streams begin anew with every epoch."""
        return Progress(
            self.seeds,
            self.epoch,
            self.history,
            dict(self.model.state_dict()),
            dict(self.optimizer.state),
        )

    def resume(self, progress: Progress) -> None:
        """Go on from a state of the same kind of device."""
        self.epoch = progress.epoch
        self.history = progress.history
        self.model.load_state_dict(progress.model)
        for name, tensor in self.optimizer.state.items():
            tensor.copy_(progress.optimizer[name])

"""The training loop: a stack of places, most often the seeds of one cell, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import groupby

import numpy as np
import torch
from torch import Tensor, nn

from regscope.base.errors import DivergedError, RegscopeError
from regscope.datasets import Dataset
from regscope.datasets.base import Holdout
from regscope.models.initialization import initialized
from regscope.models.normalization import keep_biased_variance
from regscope.regularizers import Regularizer
from regscope.regularizers.base import has_hook
from regscope.regularizers.step import EpochEnd
from regscope.stacking.graphs import Recorder
from regscope.stacking.precision import tf32_where
from regscope.stacking.stack import streams_of
from regscope.stacking.statistics import normalizing_layers, renewed_statistics
from regscope.stacking.streams import CPU, Streams
from regscope.study.params import Study
from regscope.tasks import task_of
from regscope.training.acting import acting_methods, optimizers_of
from regscope.training.batches import Examples, batches, orders, with_copies
from regscope.training.found import as_one
from regscope.training.history import columns
from regscope.training.passes import make_passes
from regscope.training.places import Place, check_together, places_of
from regscope.training.progress import Progress, side_by_side
from regscope.training.schedules import learning_rates
from regscope.training.update import Acting, Update

EVALUATION_BATCH = 200


class Trainer:
    """A stack of places of one study, on one device; their methods are in the order of acting.

    History columns: `train_loss` (on the labels as they are given, without penalties) and the
    task's score are means over the epoch's batches in training mode, as Keras logs them; `penalty`
    is the regularizers' term after the epoch, and `holdout_*` are measured then in evaluation mode
    and in float32, as weights are kept: both of what training would hand over if it ended there. Of
    sentences all are means over words. Where a method adds copies, an epoch goes through every
    example as often.

    Where a loss is no longer finite training ends, unless it is not to `stop`: then that place
    goes on without a number, and the others as they would.

    Raises RegscopeError where places do not train as one.
    """

    def __init__(
        self,
        study: Study,
        dataset: Dataset,
        places: Sequence[Place],
        holdout: Holdout = "test",
        device: torch.device = CPU,
        stop: bool = True,
    ) -> None:
        check_together(places)
        self._stop = stop
        self.settings = places[0].training
        self.places = tuple(places)
        self.seeds = tuple(place.seed for place in places)
        self.device = device
        self.task = task_of(dataset)
        watched = any(method.watches for method in places[0].methods)
        splits = [dataset.split(study.split, seed, holdout, watched) for seed in self.seeds]
        self.train, self.holdout, self.watched = (
            torch.stack([torch.from_numpy(getattr(split, part)) for split in splits]).to(device)
            for part in ("train", "holdout", "watched")
        )
        if told := study.lone_example(places[0].methods, self.train.shape[1]):
            raise RegscopeError(f"training.batch_size = {self.settings.batch_size}: {told}")
        self.objective = self.task.objective(dataset, splits, device, self.settings.class_weights)
        self.examples = Examples(
            torch.from_numpy(dataset.inputs).to(device),
            torch.from_numpy(dataset.known_targets).to(device),
            dataset.scale,
        )
        # By what is true, where that is another thing than what training sees.
        self._judged = self.examples.told(torch.from_numpy(dataset.targets_of(holdout)).to(device))
        plain = [
            self._network(study, dataset, place, split.train)
            for place, split in zip(places, splits, strict=True)
        ]
        sample, _ = self.examples.gather(self.train[:1, :4])
        self.model = as_one(study, plain, self.seeds, sample, places[0].methods, dataset)
        to_inputs = any(method.input_gradient for place in places for method in place.methods)
        self.passes = make_passes(self.model, self.settings.precision, device, to_inputs)
        self.optimizers = optimizers_of(self.model, plain[0], places)
        self.acting, self.memory = acting_methods(
            self.model, plain[0], places, self.optimizers, device
        )
        self.update = Update(
            self.passes,
            self.examples,
            self.objective,
            self.acting,
            [optimizer for _, optimizer in self.optimizers],
            self.task.outputs(dataset),
            device,
        )
        copies = max((method.copies for method in places[0].methods), default=1)
        self._places = with_copies(self.train, copies, len(self.examples))
        per_epoch = -(-self._places.shape[1] // self.settings.batch_size)
        self._rates = [
            (one.value, learning_rates(one.settings, per_epoch))
            for _, steps in self.optimizers
            for one in steps.rates.each
            if isinstance(one.value, Tensor)
        ]
        self.epoch = 0
        self.columns = columns(self.task, [place.training for place in places])
        self.history = torch.empty(len(self.columns), len(places), 0)
        self._recorder = Recorder()

    def _network(
        self, study: Study, dataset: Dataset, place: Place, train: np.ndarray
    ) -> nn.Module:
        module = initialized(
            study.model, dataset.input_shape, self.task.outputs(dataset), place.seed
        )
        study.model.fit(module, dataset.inputs[train])
        for method in place.methods:
            method.insert(module)
        if self.settings.conventions == "keras":
            keep_biased_variance(module)
        return module.to(self.device)

    def run(self, after_epoch: Callable[[Trainer], None] | None = None) -> None:
        """Train to the last epoch, calling `after_epoch` after each.

        Raises what `epochs` raises.
        """
        for _ in self.epochs():
            if after_epoch is not None:
                after_epoch(self)

    def epochs(self) -> Iterator[None]:
        """Train to the last epoch, and stop after each.

        After the last the model is what the methods hand over.

        Raises DivergedError naming the seed and epoch where a loss is no longer finite.
        """
        while self.epoch < self.settings.epochs:
            with tf32_where(self.settings.precision == "tf32"):
                loss, score = self._train_epoch()
            self.epoch += 1
            with self._handed_over(for_good=self.epoch == self.settings.epochs):
                row = torch.stack(
                    [loss, self._penalty(), score, *self._held_out(), *self._last_rates()]
                )
            self.history = torch.cat([self.history, row.cpu().unsqueeze(2)], dim=2)
            if self._stop:
                self._check_finite()
            yield

    def _train_epoch(self) -> tuple[Tensor, Tensor]:
        for streams in self._streams():
            streams.start_epoch(self.epoch)
        self.model.train()
        update = self.update
        update.loss.zero_()
        update.points.zero_()
        order = orders(self.seeds, self.epoch, self._places.shape[1]).to(self.device)
        indices = list(batches(order, self.settings.batch_size))
        for number, chosen in enumerate(indices):
            update.progress.fill_((self.epoch + number / len(indices)) / self.settings.epochs)
            for rate, every in self._rates:
                rate.fill_(every[self.epoch * len(indices) + number])
            own = self._places.gather(1, chosen)
            self._recorder.run(update, self._changed_by_a_step, own)
        size = self.objective.counted(self.examples.targets, self._places)
        score = self.objective.score(update.points / size, "train")
        return update.loss / size, score

    def _changed_by_a_step(self) -> list[Tensor]:
        positions = [streams.position for streams in self._streams()]
        remembered = [tensor for _, steps in self.optimizers for tensor in steps.state.values()]
        remembered += [tensor for own in self.memory.values() for tensor in own.values()]
        counted = [self.update.loss, self.update.points]
        return [*self.model.state_dict().values(), *remembered, *positions, *counted]

    def _last_rates(self) -> list[Tensor]:
        """With which every place's last step was made, `[S]`, where the history has that."""
        if not self._rates:
            return []
        rates = torch.empty(len(self.seeds), device=self.device)
        for places, steps in self.optimizers:
            rates[places or slice(None)] = steps.rates.at()
        return [rates]

    def _streams(self) -> list[Streams]:
        return [*(one.own.draws for one in self.acting), *streams_of(self.model)]

    @torch.no_grad()
    def _penalty(self) -> Tensor:
        total = torch.zeros(len(self.seeds), device=self.device)
        for one in self.acting:
            if has_hook(one.method, "penalty"):
                term = one.method.penalty(one.own.weights)
                assert term is not None
                total[one.own.places or slice(None)] += term
        return total

    @contextmanager
    def _handed_over(self, for_good: bool) -> Iterator[None]:
        """What the methods would hand over stands in the model's place meanwhile, or for good."""
        keeping = [one for one in self.acting if has_hook(one.method, "kept")]
        if not keeping:
            yield
            return
        state = self.model.state_dict()
        trained = {name: tensor.clone() for name, tensor in state.items()}
        with torch.no_grad():
            for _, same in groupby(keeping, lambda one: one.method.name):
                # Measured once, before this method hands over anything, at whichever place.
                watched = cache(lambda: self._evaluate(self.watched, self.examples)[0])
                for one in same:
                    self._hand_over(one, state, watched)
        yield
        if not for_good:
            self.model.load_state_dict(trained)

    def _hand_over(
        self, one: Acting, state: Mapping[str, Tensor], watched: Callable[[], Tensor]
    ) -> None:
        chosen = one.own.places or slice(None)
        there = {name: tensor[chosen] for name, tensor in state.items()}
        epoch = EpochEnd(
            there,
            lambda: watched()[chosen],
            self.epoch / self.settings.epochs,
            lambda parameters: self._statistics(there, parameters, chosen),
        )
        for name, tensor in one.method.kept(epoch, one.own).items():
            there[name].copy_(tensor)

    def _statistics(
        self, there: Mapping[str, Tensor], parameters: Mapping[str, Tensor], chosen: slice
    ) -> dict[str, Tensor]:
        """Running statistics with other parameters at some places, whose tensors are `there`."""
        if not normalizing_layers(self.model):
            return {}
        before = {name: there[name].clone() for name in parameters}
        for name, tensor in parameters.items():
            there[name].copy_(tensor)
        for streams in streams_of(self.model):
            # Whatever others have drawn since.
            streams.start_epoch(self.epoch)
        found = renewed_statistics(self.model, self._as_in_training())
        for name, tensor in before.items():
            there[name].copy_(tensor)
        return {name: tensor[chosen] for name, tensor in found.items()}

    def _as_in_training(self) -> Iterator[Tensor]:
        """The inputs that train, as they are, in batches and in the next epoch's order.

        Without a last batch of one, which cannot be normalized.
        """
        order = orders(self.seeds, self.epoch, self.train.shape[1]).to(self.device)
        for chosen in batches(order, self.settings.batch_size):
            if chosen.shape[1] > 1:
                yield self.examples.gather(self.train.gather(1, chosen))[0]

    def _held_out(self) -> tuple[Tensor, Tensor]:
        return self._evaluate(self.holdout, self._judged)

    @torch.no_grad()
    def _evaluate(self, part: Tensor, examples: Examples) -> tuple[Tensor, Tensor]:
        """Mean loss `[S]` on the part `[S, n]` of examples, and the score if they are held out."""
        self.model.eval()
        loss = torch.zeros(len(self.seeds), device=self.device)
        points = torch.zeros(len(self.seeds), device=self.device)
        for indices in batches(part, EVALUATION_BATCH):
            inputs, stored = examples.gather(indices)
            logits, labels = self.model(inputs), self.objective.targets(stored)
            losses, _ = self.objective.loss(logits, labels, labels)
            loss += self._by_seed(losses).sum(1)
            points += self._by_seed(self.objective.points(losses, logits, labels)).sum(1)
        size = self.objective.counted(examples.targets, part)
        return loss / size, self.objective.score(points / size, "holdout")

    def _by_seed(self, values: Tensor) -> Tensor:
        return values.view(len(self.seeds), -1)

    def _check_finite(self) -> None:
        finite = self.history[:, :, -1].isfinite().all(0)
        for place, fine in zip(self.places, finite.tolist(), strict=True):
            if not fine:
                cell = f"{place.cell}: " if place.cell else ""
                raise DivergedError(
                    f"{cell}seed {place.seed}, epoch {self.epoch}: the loss is no longer finite;"
                    " try a smaller training.learning_rate"
                    f" (now {place.training.learning_rate:g})"
                )

    def state(self) -> Progress:
        """Everything needed to go on later; random streams begin anew with every epoch."""
        optimizer: dict[str, list[Tensor]] = {}
        for _, steps in self.optimizers:
            for name, tensor in steps.remembered().items():
                optimizer.setdefault(name, []).append(tensor)
        return Progress(
            self.seeds,
            self.epoch,
            self.history,
            dict(self.model.state_dict()),
            {name: side_by_side(tensors) for name, tensors in optimizer.items()},
            {
                f"{method}/{name}": tensor
                for method, own in self.memory.items()
                for name, tensor in own.items()
            },
        )

    def resume(self, progress: Progress) -> None:
        """Go on from a state of the same kind of device."""
        self.epoch = progress.epoch
        self.history = progress.history
        self.model.load_state_dict(progress.model)
        for places, steps in self.optimizers:
            chosen = places or slice(None)
            steps.recall(
                {
                    name: whole[chosen] if whole.dim() else whole
                    for name, whole in progress.optimizer.items()
                }
            )
        for method, own in self.memory.items():
            for name, tensor in own.items():
                tensor.copy_(progress.memory[f"{method}/{name}"])


def cell_trainer(
    study: Study,
    methods: Sequence[Regularizer],
    dataset: Dataset,
    seeds: Sequence[int],
    holdout: Holdout = "test",
    device: torch.device = CPU,
) -> Trainer:
    """A stack of seeds of one cell."""
    return Trainer(study, dataset, places_of(study.training, methods, seeds), holdout, device)

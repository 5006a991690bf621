"""One update of a stack: in which order the hooks of its methods act."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import torch
from torch import Tensor, nn

from regscope.base.errors import RegscopeError
from regscope.regularizers import Regularizer
from regscope.regularizers.base import has_hook
from regscope.regularizers.step import Own, Places, Step, each
from regscope.regularizers.targets import rows
from regscope.tasks import Objective
from regscope.training.batches import Examples
from regscope.training.optimizer import Optimizer, Part
from regscope.training.passes import Passes

HOOKS = ("batch", "passing", "objective", "gradients", "weights")


@dataclass(frozen=True)
class Acting:
    """A method and what is its own at some places."""

    method: Regularizer
    own: Own


class Updates:
    """What hooks may ask of the optimizer of their places, which it counts from its first."""

    def __init__(
        self, optimizer: Optimizer, parameters: Mapping[str, nn.Parameter], places: Places
    ) -> None:
        self._optimizer = optimizer
        self._parameters = parameters
        self._places = places

    @property
    def learning_rate(self) -> Tensor | float:
        return self._optimizer.rates.at(self._places)

    def step_size(self, parameter: str) -> Tensor | float:
        index = self._optimizer.index(self._parameters[parameter])
        return self._optimizer.step_size(index, self._places)


def gradients_of(parameters: Mapping[str, nn.Parameter], places: Places) -> Callable[[str], Tensor]:
    """The gradients of parameters at some places; every pass may make them anew."""
    parts = {name: Part(parameter, places) for name, parameter in parameters.items()}
    return lambda name: parts[name].gradient


class Update:
    """A step of a stack; `acting` are in the order in which the methods act.

    `loss` and `points` `[S]` are counted up: the sums of every place's losses on the labels as
    they are given, and of what they add to its score.
    """

    def __init__(
        self,
        passes: Passes,
        examples: Examples,
        objective: Objective,
        acting: Sequence[Acting],
        optimizers: Sequence[Optimizer],
        outputs: int,
        device: torch.device,
    ) -> None:
        self.passes = passes
        self.examples = examples
        self.objective = objective
        self.optimizers = optimizers
        self.seeds = objective.seeds
        self.outputs = outputs
        self.progress = torch.zeros((), device=device)
        self.loss = torch.zeros(self.seeds, device=device)
        self.points = torch.zeros(self.seeds, device=device)
        self._acting = {hook: [a for a in acting if _acts(a.method, hook)] for hook in HOOKS}
        passing = groupby(self._acting["passing"], lambda a: a.method.name)
        self._passing = [list(same) for _, same in passing]

    def __call__(self, indices: Tensor) -> None:
        """Update by the examples `indices` `[S, B]`."""
        inputs, stored = self.examples.gather(indices)
        labels = self.objective.targets(stored)
        shares = self.objective.shares(labels)
        step = Step(inputs, labels, labels, self.outputs, shares, self.progress)
        for _, same in groupby(self._acting["batch"], lambda a: a.method.name):
            step = self._changed(step, list(same), indices)
        if self.passes.to_inputs:
            step = replace(step, input_gradient=torch.zeros_like(step.inputs))
        losses, points = self._passes(step, self._passing)
        self.loss += losses
        self.points += points
        with torch.no_grad():
            self._act("gradients", step)
            for optimizer in self.optimizers:
                optimizer.step()
            self._act("weights", step)

    def _changed(self, step: Step, acting: Sequence[Acting], indices: Tensor) -> Step:
        """As one method changes the batch, at the places that have it."""
        inputs, targets = self._by_places(step, acting)
        if acting[0].method.copies > 1:
            copied = self.examples.copied(indices)
            inputs = torch.where(each(copied, inputs), inputs, step.inputs)
            if targets is not step.targets:
                targets, there = self._of_one_kind([targets, step.targets])
                targets = torch.where(each(copied, targets), targets, there)
        return replace(step, inputs=inputs, targets=targets)

    def _by_places(self, step: Step, acting: Sequence[Acting]) -> tuple[Tensor, Tensor]:
        if acting[0].own.places is None:
            return acting[0].method.batch(step, acting[0].own)
        size = len(step.inputs) // self.seeds
        inputs, targets, done = [], [], 0
        for one in acting:
            places = one.own.places
            assert places is not None
            before = step.of(slice(done, places.start), self.seeds)
            changed = one.method.batch(step.of(places, self.seeds), one.own)
            inputs += [before.inputs, changed[0]]
            targets += [before.targets, changed[1]]
            done = places.stop
        inputs.append(step.inputs[done * size :])
        targets.append(step.targets[done * size :])
        return torch.cat(inputs), torch.cat(self._of_one_kind(targets))

    def _of_one_kind(self, targets: list[Tensor]) -> list[Tensor]:
        """Classes as probabilities where others are."""
        if len({part.is_floating_point() for part in targets}) > 1:
            return [rows(part, self.outputs) for part in targets]
        return targets

    def _passes(self, step: Step, passing: Sequence[Sequence[Acting]]) -> tuple[Tensor, Tensor]:
        """Run the passes, one method's around those of the next; what the first of all counted.

        The places of one method go on together, from pass to pass.
        """
        if not passing:
            return self._pass(step)
        own, *others = passing
        counted: list[tuple[Tensor, Tensor]] = []
        running = [a.method.passing(step.of(a.own.places, self.seeds), a.own) for a in own]
        while True:
            with torch.no_grad():
                ended = [next(going, self) is self for going in running]
            if all(ended):
                if not counted:
                    raise RegscopeError(f"{own[0].method.name}: `passing` must yield at least once")
                return counted[0]
            if any(ended):
                # A place that has ended would go through the passes of the others.
                raise RegscopeError(
                    f"{own[0].method.name}: passes of {len(running)} settings in one stack end"
                    " apart; `structure` must tell these settings apart"
                )
            counted.append(self._passes(step, others))

    def _pass(self, step: Step) -> tuple[Tensor, Tensor]:
        """Forward and backward; each place's sums of losses on the labels and of points, `[S]`."""
        logits = self.passes.forward(step.inputs)
        losses, gradient = self.objective.loss(logits, step.targets, step.labels)
        if self._acting["objective"]:
            there = replace(step, logits=logits, gradient=gradient)
            with torch.no_grad():
                self._act("objective", there)
        by_inputs = self.passes.backward(gradient)
        if step.input_gradient is not None and by_inputs is not None:
            step.input_gradient.copy_(by_inputs)
        points = self.objective.points(losses, logits, step.labels)
        return losses.view(self.seeds, -1).sum(1), points.view(self.seeds, -1).sum(1)

    def _act(self, hook: str, step: Step) -> None:
        for one in self._acting[hook]:
            getattr(one.method, hook)(step.of(one.own.places, self.seeds), one.own)


def _acts(method: Regularizer, hook: str) -> bool:
    # Where a method has a penalty and does not say how it acts, its gradient is added.
    return has_hook(method, hook) or (hook == "gradients" and has_hook(method, "penalty"))

"""What an optimizer is: it updates stacked parameters, at all places or at some."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from regscope.regularizers import Regularizer
from regscope.regularizers.step import Places
from regscope.study.training import Training
from regscope.training.rates import Rates

Felt = Sequence[tuple[Regularizer, Iterable[Tensor]]]
"""Methods that have a `subgradient`, each with the parameters on which it acts."""


class Part:
    """A stacked parameter at some places: `values` `[P, ...]`, which are the stack's own memory."""

    def __init__(self, parameter: Tensor, places: Places = None) -> None:
        self.parameter = parameter
        self.places = places
        self.values = parameter if places is None else parameter.detach()[places]

    @property
    def gradient(self) -> Tensor:
        """As it stands, to be changed in place."""
        gradient = self.parameter.grad
        assert gradient is not None
        return gradient if self.places is None else gradient[self.places]

    @property
    def laid_out(self) -> Tensor:
        """The gradient, laid out in memory as the parameter is."""
        gradient = self.gradient
        if gradient.stride() == self.values.stride():
            return gradient
        return torch.empty_like(self.values).copy_(gradient)


class Optimizer(ABC):
    """Changes parameters in place by their `.grad`; `state` holds what it remembers, by name.

    `rates` are those of its places, by default the settings'. `places` are those of the stack that
    it updates; what a method is told of them counts from the first. Of `felt`, see Adam.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        settings: Training,
        felt: Felt = (),
        places: Places = None,
        rates: Rates | None = None,
    ) -> None:
        self.settings = settings
        self.parts = [Part(parameter, places) for parameter in parameters]
        first = self.parts[0].values
        self.rates = rates or Rates([settings] * len(first), first.device)
        self.state: dict[str, Tensor] = {}
        self.felt: dict[int, list[Regularizer]] = {}
        for method, weights in felt:
            for weight in weights:
                self.felt.setdefault(self.index(weight), []).append(method)
        self._begin()

    @abstractmethod
    def _begin(self) -> None:
        """Make the state, before the first step."""

    @abstractmethod
    def step(self) -> None:
        """Update every parameter by its gradient."""

    def remembered(self) -> dict[str, Tensor]:
        """The state as checkpoints hold it: one number for all, or of its parameter's shape."""
        return self.state

    def recall(self, remembered: Mapping[str, Tensor]) -> None:
        """Go on from what `remembered` gave, of the same places."""
        for name, tensor in self.state.items():
            tensor.copy_(remembered[name])

    @abstractmethod
    def step_size(self, index: int, places: Places = None) -> Tensor | float:
        """By how much a step moves a parameter for each unit of a steady gradient.

        Of some of its places: one number, `[P]`, or `[P, ...]`, one for each of the parameter's.
        """

    def index(self, parameter: Tensor) -> int:
        return next(i for i, part in enumerate(self.parts) if part.parameter is parameter)


def subtract(values: Tensor, direction: Tensor, factor: Tensor | float) -> None:
    """Take away `factor * direction`, in place."""
    if isinstance(factor, Tensor):
        values.sub_(direction * factor)
    else:
        values.add_(direction, alpha=-factor)

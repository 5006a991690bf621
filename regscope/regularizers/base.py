"""What a regularizer is: settings with hooks into one training step."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import model_validator

from regscope.base.errors import RegscopeError
from regscope.base.lines import choose
from regscope.base.settings import Settings, refusal
from regscope.models.slots import Slots
from regscope.regularizers.order import Order

if TYPE_CHECKING:
    from torch import Tensor, nn

    from regscope.stacking.streams import Streams


@dataclass(frozen=True)
class Target:
    """What a regularizer is asked to act on: a network's layer names and the kind of data.

    `slots` are the network's places for modules, by what they are for; `normalization` is what the
    network has of its own, or `none`.
    """

    layers: tuple[str, ...]
    slots: Slots
    data_kind: str
    normalization: str = "none"


class Regularizer(Settings):
    """One method. Subclasses name themselves and override the hooks they need.

    `name` is the key in params.yaml. `order` says where in a step the method acts.
    `main` is the setting that a bare number (or `true`) in params.yaml stands for.
    """

    name: ClassVar[str]
    order: ClassVar[Order]
    main: ClassVar[str] = "strength"

    @model_validator(mode="before")
    @classmethod
    def _from_bare_value(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {cls.main: data}

    @property
    def inert(self) -> bool:
        """Whether the main setting is 0 or false, which is the same as not naming the method."""
        return not getattr(self, self.main)

    @property
    def copies(self) -> int:
        """How often an epoch goes through every example: 2 adds a copy, which `batch` changes.

        With 1 `batch` changes the examples themselves. A copy's targets stay those of its example.
        """
        return 1

    def check(self, target: Target) -> None:
        """Refuse a target on which the method would do nothing.

        Raises a `refusal` that names the key.
        """

    def insert(self, model: nn.Module) -> None:
        """Put modules into the plain network's slots, after initialization."""

    def batch(
        self,
        inputs: Tensor,
        targets: Tensor,
        draws: Streams,  # noqa: ARG002
    ) -> tuple[Tensor, Tensor]:
        """Change a training batch: inputs `[S*B, ...]`, targets `[S*B]`, seeds in blocks."""
        return inputs, targets


class Scoped(Regularizer):
    """A method that acts on chosen layers; without `layers`, on all that it can."""

    layers: tuple[str, ...] | None = None

    def choices(self, target: Target) -> tuple[str, ...]:
        """The layers that may be named."""
        return target.layers

    def check(self, target: Target) -> None:
        choices = self.choices(target)
        if not choices:
            raise refusal(self.name, None, "this model has no layer for it")
        for layer in self.layers or ():
            if layer not in choices:
                raise refusal(f"{self.name}.layers", layer, choose(choices))
        if self.layers == ():
            raise refusal(f"{self.name}.layers", [], choose(choices))


class WeightTerm(Scoped):
    """A term of the objective that depends on the weights.

    It acts on what `models.weights` calls weights, not on biases or normalization parameters.
    """

    @abstractmethod
    def penalty(self, weights: Mapping[str, Tensor]) -> Tensor:
        """The term of each seed, `[S]`, from stacked weights `[S, ...]` by name."""

    def try_out(self, weights: Mapping[str, Tensor]) -> None:
        """Refuse a term that is not one number a seed.

        Raises RegscopeError.
        """
        import torch

        with torch.no_grad():
            self._check_term(self.penalty(weights), weights)

    def _check_term(self, term: object, weights: Mapping[str, Tensor]) -> None:
        import torch

        seeds = len(next(iter(weights.values())))
        if not isinstance(term, torch.Tensor):
            raise RegscopeError(
                f"{self.name}: the penalty is {term!r:.40}, and must be a tensor [S], one number a"
                " seed; does it act on any of these weights?"
            )
        if tuple(term.shape) != (seeds,):
            raise RegscopeError(
                f"{self.name}: the penalty has shape {list(term.shape)}, and must have one number a"
                f" seed, [{seeds}]: sum over all axes but the first"
            )


class Penalty(WeightTerm):
    """A term that acts through its gradient, as part of the loss."""

    order: ClassVar[Order] = Order.PENALTY

    def add_gradient(self, weights: Mapping[str, Tensor]) -> None:
        """Add the term's gradient to every weight's `.grad`, in place.

        By default through autograd, of the weights that have a part in it; a closed form is faster.
        """
        import torch

        tensors = list(weights.values())
        with torch.enable_grad():
            total = self.penalty(weights).sum()
            gradients = torch.autograd.grad(total, tensors, allow_unused=True)
        for tensor, gradient in zip(tensors, gradients, strict=True):
            if gradient is not None:
                assert tensor.grad is not None
                tensor.grad.add_(gradient)

    def try_out(self, weights: Mapping[str, Tensor]) -> None:
        """Refuse also a term that no weight has a part in, which would do nothing."""
        import torch

        if type(self).add_gradient is not Penalty.add_gradient:
            super().try_out(weights)
            return
        with torch.enable_grad():
            term = self.penalty(weights)
        self._check_term(term, weights)
        if not term.requires_grad:
            raise RegscopeError(f"{self.name}: the penalty depends on none of these weights")


class Proximal(WeightTerm):
    """A term that acts after the optimizer's step, through its proximal operator.

    Parikh and Boyd 2014, "Proximal Algorithms", section 4.2 (proximal gradient method).
    """

    order: ClassVar[Order] = Order.PROXIMAL

    @abstractmethod
    def subgradient(self, weight: Tensor) -> Tensor:
        """An element of the term's subdifferential at one weight `[S, ...]`, of its shape.

        It moves nothing: optimizers that scale their steps by gradients' sizes count it in.
        """

    @abstractmethod
    def project(self, weight: Tensor, step_size: Tensor | float) -> None:
        """Apply the operator of `step_size * term` to one weight `[S, ...]`, in place.

        `step_size` is how far the optimizer's step moves a weight for each unit of a steady
        gradient: one number, or one for each weight `[S, ...]`.
        """

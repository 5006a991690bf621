"""What methods have in common whose term acts after the update, by its proximal operator."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, TypeGuard

from pydantic import Field

from regscope.regularizers.base import Scoped
from regscope.regularizers.step import by_place, times

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step


class Proximal(Scoped):
    """A term of the weights that is not smooth, and whose minimum has exact zeros.

    After the optimizer's step every weight goes through the proximal operator of
    `step_size * term` (Parikh and Boyd 2014, "Proximal Algorithms", section 4.2). With SGD the step
    size is `learning_rate / (1 - momentum)`; with Adam it is each weight's own,
    `learning_rate / (sqrt(v) + epsilon)` (Yun, Lozano and Yang 2021, "Adaptive Proximal Gradient
    Methods for Structured Neural Networks"), where v averages the squares of the gradient and the
    term's subgradient together. Any v leaves the places of rest where they are; this one keeps
    what a step takes at about the learning rate or below where the loss is flat.
    """

    strength: Annotated[float, Field(ge=0, le=1e6)]

    def gradients(self, step: Step, own: Own) -> None:
        """None: the term acts after the update."""

    def weights(self, step: Step, own: Own) -> None:  # noqa: ARG002
        for name, weight in own.weights.items():
            self.project(weight, own.updates.step_size(name))

    @abstractmethod
    def project(self, weight: Tensor, step_size: Tensor | float) -> None:
        """Apply the proximal operator of `step_size * term` to one weight `[P, ...]`, in place.

        `step_size` is one number, `[P]`, or one for each of the weight's.
        """


def threshold_of(
    strength: Tensor | float, step_size: Tensor | float, weight: Tensor
) -> Tensor | float:
    """`step_size * strength` as it acts on a weight `[P, ...]`: a number, or of as many axes."""
    if of_every_number(step_size, weight):
        return by_place(strength, weight) * step_size
    return by_place(times(strength, step_size), weight)


def of_every_number(step_size: Tensor | float, weight: Tensor) -> TypeGuard[Tensor]:
    """Whether it is one for each of a weight's numbers, and not for all of a place's."""
    return not isinstance(step_size, float | int) and step_size.dim() == weight.dim()

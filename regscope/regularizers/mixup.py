"""Mixup (Zhang et al. 2018): networks train on what lies between two examples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Regularizer
from regscope.regularizers.step import by_place, each
from regscope.regularizers.targets import rows
from regscope.tasks.base import TaskName

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step
    from regscope.stacking.streams import Streams


class Mixup(Regularizer):
    """Inputs and targets become `share * own + (1 - share) * partner's`.

    The partners of a batch are its examples in another order, and `share` is one number a batch,
    the larger one of `l` and `1 - l`, l from Beta(alpha, alpha). Taking the larger one leaves what
    trains distributed as it was, since the other order is as likely backwards; it says which of two
    labels is the example's own, by which loss and accuracy are recorded. Classes become rows of
    probabilities; numbers stay numbers.
    """

    name: ClassVar[str] = "mixup"
    varies: ClassVar[bool] = True
    main: ClassVar[str] = "alpha"
    searched: ClassVar[tuple[float, ...]] = (0.1, 0.2, 0.3, 0.5, 1, 2)
    tasks: ClassVar[tuple[TaskName, ...]] = ("classification", "regression")
    data_kinds: ClassVar[tuple[str, ...]] = ("image", "points")
    alpha: Annotated[float, Field(ge=0, le=1000)]

    def batch(self, step: Step, own: Own) -> tuple[Tensor, Tensor]:
        size = len(step.inputs) // own.count
        share = self.shares(own.draws).repeat_interleave(size)
        other = partners(own.draws, size)
        targets = rows(step.targets, step.classes)
        return _mixed(step.inputs, share, other), _mixed(targets, share, other)

    def shares(self, draws: Streams) -> Tensor:
        """What an example keeps of itself, `[P]`, from 1/2 to 1."""
        length, angle = draws.uniform(2).unbind(1)
        return spread(length, angle, by_place(self.value, length)).add(1).div(2)


def spread(length: Tensor, angle: Tensor, alpha: Tensor | float) -> Tensor:
    """`|2 * l - 1|`, l from Beta(alpha, alpha), of two uniform draws on [-1, 1) each.

    Of T from Student's t distribution with n = 2 * alpha degrees of freedom,
    (1 + T / sqrt(n + T**2)) / 2 is from Beta(alpha, alpha), and Bailey's polar method (1994)
    makes T of two uniform draws, rejecting none. Its sign is that of `cos(pi * angle)`.
    """
    from regscope.arithmetic.functions import square_root

    # From [-1, 1) to (0, 1]: the logarithm needs more than 0.
    power = (length.neg() * 0.5 + 0.5).log().div(alpha).exp()
    square = (1 - power) * (angle * math.pi).cos().square()
    return square_root(square / (power + square))


def partners(draws: Streams, size: int) -> Tensor:
    """A permutation of every place's `size` examples, `[P*size]`, as places in the batch."""
    import torch

    order = draws.words(size).argsort(dim=1, stable=True)
    first = torch.arange(draws.count, device=order.device).mul(size)
    return (order + first.unsqueeze(1)).flatten()


def _mixed(values: Tensor, share: Tensor, other: Tensor) -> Tensor:
    own = each(share, values)
    return values * own + values.index_select(0, other) * (1 - own)

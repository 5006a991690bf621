"""Group lasso (Yuan and Lin 2006) of units, by its proximal operator: whole units become zero."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod, sqrt
from typing import TYPE_CHECKING, ClassVar

from regscope.regularizers.proximal import Proximal, of_every_number
from regscope.regularizers.step import by_place, times

if TYPE_CHECKING:
    from torch import Tensor

ROUNDS = 6
"""Of Newton's method; tests hold what they leave."""
TINY = 2.0**-126
"""The smallest divisor, where there would be a 0."""


class GroupLasso(Proximal):
    """`strength * sum over units of sqrt(n) * |w|`, w the n weights into a unit.

    A unit is a row of a dense layer, or a filter of a convolution with all its input channels. The
    root of the group's size is that of Yuan and Lin, so that wide layers' units cost as much a
    weight as narrow ones'. After the optimizer's step units shrink, and those whose threshold is
    longer than they are become exactly zero.
    """

    name: ClassVar[str] = "group_lasso"
    varies: ClassVar[bool] = True
    searched: ClassVar[tuple[float, ...]] = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
    # After soft thresholding: in this order the two are the operator of their sum.
    turn: ClassVar[int] = 1

    def penalty(self, weights: Mapping[str, Tensor]) -> Tensor:
        terms = [factor(weight) * norms(rows(weight)).sum(1) for weight in weights.values()]
        sums = sum(terms[1:], terms[0])
        return by_place(self.value, sums) * sums

    def subgradient(self, weight: Tensor) -> Tensor:
        found = rows(weight)
        lengths = norms(found).clamp(min=TINY).unsqueeze(2)
        strength = by_place(self.value * factor(weight), found)
        return (found / lengths).mul_(strength).view(weight.shape)

    def project(self, weight: Tensor, step_size: Tensor | float) -> None:
        groups = rows(weight)
        strength = self.value * factor(weight)
        if not of_every_number(step_size, weight):
            lengths = norms(groups)
            threshold = by_place(times(strength, step_size), lengths)
            shares = (lengths - threshold).clamp(min=0) / lengths.clamp(min=TINY)
            shares = shares.unsqueeze(2)
        else:
            shares = shrinkage(groups, rows(by_place(strength, weight) * step_size))
        weight.mul_(shares.expand_as(groups).view(weight.shape))


def rows(weight: Tensor) -> Tensor:
    """A weight `[P, units, ...]` as `[P, units, n]`."""
    return weight.flatten(2)


def factor(weight: Tensor) -> float:
    """The square root of the number of weights into a unit."""
    return sqrt(prod(weight.shape[2:]))


def norms(groups: Tensor) -> Tensor:
    """Lengths `[P, units]` of groups `[P, units, n]`."""
    from regscope.arithmetic.functions import square_root

    return square_root(groups.square().sum(2))


def shrinkage(groups: Tensor, thresholds: Tensor) -> Tensor:
    """What the operator multiplies groups `[P, units, n]` by, with a threshold for each number.

    The v with the smallest `sum((v - w)**2 / (2 s)) + |v|`, s the thresholds, is
    `w * r / (r + s)` with its own length r: the root of `f(r) = sum((w / (r + s))**2) = 1`, and 0
    where already `f(0) <= 1` (Deleu and Bengio 2021, "Structured Sparsity Inducing Adaptive
    Optimizers for Deep Learning"). Found by Newton's method on `1 / sqrt(f(r)) = 1`, which is
    concave in r and a line where all s are equal: from below it never goes beyond the root.
    """
    # In place where it can be: a copy here is one of all weights of a tensor of the whole stack.
    alive = groups.div(thresholds.clamp(min=TINY)).square_().sum(2, keepdim=True) > 1
    # No part of f is above 1 from here on.
    length = groups.abs().sub_(thresholds).amax(2, keepdim=True).clamp(min=0)
    for _ in range(ROUNDS):
        length = closer(groups, thresholds, length)
    return (length * alive) / (length + thresholds).clamp_(min=TINY)


def closer(groups: Tensor, thresholds: Tensor, length: Tensor) -> Tensor:
    """The lengths `[P, units, 1]` after a round of Newton's method."""
    from regscope.arithmetic.functions import square_root

    divisors = (length + thresholds).clamp_(min=TINY)
    parts = (groups / divisors).square_()
    value = parts.sum(2, keepdim=True)
    slope = parts.div_(divisors).sum(2, keepdim=True).clamp(min=TINY)
    return (length + value * (square_root(value) - 1) / slope).clamp(min=0)

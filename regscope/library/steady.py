"""Whether what a model gives for an example is the example's own: no luck, no neighbours."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from regscope.base.errors import RegscopeError
from regscope.base.foreign import cause
from regscope.evaluation.words import counted
from regscope.library.passing import Batch, Passed

APART = 0.05
"""Of the largest output: what the rest of a batch may change. Layers that are quantized while they
compute, by a scale for the whole batch, change up to half of it."""

LUCK = (
    "the model gives other outputs for the same inputs, in evaluation mode: its forward draws"
    " random numbers (a functional dropout?) or remembers; use nn.Dropout, or"
    " dropout(..., training=self.training)"
)
NEIGHBOURS = (
    "what the model gives for an example depends on the others of its batch, in evaluation mode"
    " (batch normalization without running statistics?): it has no accuracy of its own"
)


def steady(model: nn.Module, found: Passed) -> tuple[list[Batch], dict[str, str]]:
    """The first batches, to be passed again, and what of single examples must be said.

    A program for batches of one size refuses a part of a batch: the last one is whole then.

    Raises RegscopeError where a second pass gives something else, or other neighbours do.
    """
    few, first = _passed_again(model, found)
    second = [model(inputs) for inputs, _ in few]
    for (_, labels), one, other in zip(few, first, second, strict=True):
        if _gap(one, other, labels) > _rounding(one):
            raise RegscopeError(LUCK)
    gap = max(_among_others(model, few, first))
    if gap > APART:
        raise RegscopeError(NEIGHBOURS)
    if gap > _rounding(first[0]):
        return few, {
            "single examples": "what the model gives for one changes with the others of its batch,"
            f" by up to {gap:.1%} of its largest output"
        }
    return few, {}


def _passed_again(model: nn.Module, found: Passed) -> tuple[list[Batch], list[Tensor]]:
    *before, (inputs, _) = found.few
    first = [model(some) for some, _ in before]
    try:
        return found.few, [*first, model(inputs)]
    except Exception as error:
        if found.uncut is None:
            raise RegscopeError(f"the model refuses what it took before: {cause(error)}") from error
    return [*before, found.uncut], [*first, model(found.uncut[0])]


def _among_others(model: nn.Module, few: list[Batch], first: list[Tensor]) -> list[float]:
    """How much the outputs change with other examples beside them, of the largest output."""
    gaps = []
    for (inputs, labels), one in zip(few, first, strict=True):
        # As many as they were, for models that take batches of one size.
        others = inputs.clone()
        others[0::2] = inputs[:2][-1:]
        gaps.append(_gap(one[1::2], model(others)[1::2], labels[1::2]))
    if all(len(inputs) == 1 for inputs, _ in few):
        gaps.append(_beside_another(model, few, first[0]))
    return gaps


def _beside_another(model: nn.Module, few: list[Batch], first: Tensor) -> float:
    """Of batches of one example; 0 where the model takes no two, or kernels round otherwise."""
    two = [inputs for inputs, _ in few[:2]]
    if len({inputs.shape for inputs in two}) > 1 or len(two) < 2:
        return 0.0
    try:
        together = model(torch.cat(two))
    except Exception:  # noqa: BLE001
        return 0.0
    gap = _gap(first, together[:1], few[0][1])
    return gap if gap > APART else 0.0


def _gap(one: Tensor, other: Tensor, labels: Tensor) -> float:
    """The largest difference over the largest size, of what counts; -inf may stand in both."""
    if one.shape != other.shape:
        return math.inf
    one, other = counted(one, labels)[0], counted(other, labels)[0]
    same = (one == other) | (one.isnan() & other.isnan())
    if same.all():
        return 0.0
    apart = (one.double() - other.double()).abs().masked_fill(same, 0).max().item()
    sizes = one.double().abs()
    largest = sizes[sizes.isfinite()].max().item() if sizes.isfinite().any() else 0.0
    return float(apart / largest) if largest and apart == apart else math.inf


def _rounding(found: Tensor) -> float:
    """What kernels that do not always add in the same order may change."""
    return math.sqrt(torch.finfo(found.dtype).eps)

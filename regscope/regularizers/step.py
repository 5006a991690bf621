"""What a hook is given: the step or the epoch's end at its places, and what is its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.stacking.streams import Streams

T = TypeVar("T")

Places = slice | None
"""Neighbouring places of a stack; None is all of them."""

NOISE_COPIES = 5
"""So many tensors of its size are held while normal noise for a tensor is drawn, measured: words,
uniform draws, Box and Muller's factors."""


def runs(places: Sequence[T], key: Callable[[T], Any]) -> Iterator[tuple[Any, Places]]:
    """Neighbouring places with an equal key, as `(key, places)`."""
    start = 0
    for value, equal in groupby(places, key):
        stop = start + sum(1 for _ in equal)
        yield value, None if (start, stop) == (0, len(places)) else slice(start, stop)
        start = stop


@dataclass(frozen=True)
class Step:
    """What a training step knows of P places of a stack, B examples each, places in blocks.

    `inputs` `[P*B, ...]` go into the network. `labels` `[P*B]` or `[P*B, T]` are the classes as
    they are given, by which accuracy and the recorded loss are counted; `targets` are what the loss
    is taken against: the labels, or rows of probabilities `[P*B, ..., classes]`. `shares` is what
    an example's (or a word's) loss weighs in the mean of its place: a number, or one each, 0 where
    nothing counts. `progress` is how much of training has been done, a scalar in [0, 1). Once there
    are any, `logits` `[P*B, ..., classes]` are what came out, and `gradient`, of their shape, is
    that of the loss by them. `input_gradient`, where a method asks for it, is that of every place's
    loss by `inputs` in the last pass; these may be changed in place between passes.
    """

    inputs: Tensor
    labels: Tensor
    targets: Tensor
    classes: int
    shares: Tensor | float
    progress: Tensor
    logits: Tensor | None = None
    gradient: Tensor | None = None
    input_gradient: Tensor | None = None

    def of(self, places: Places, stack: int) -> Step:
        """The part of some places, of a stack of `stack`; its tensors are views."""
        if places is None:
            return self
        size = len(self.inputs) // stack

        def part(value: Any) -> Any:
            if not hasattr(value, "dim") or not value.dim():
                return value
            return value[places.start * size : places.stop * size]

        changed = {name: part(value) for name, value in vars(self).items()}
        return replace(self, **changed)


class Updates(Protocol):
    """What a hook may ask of the optimizer of its places."""

    @property
    def learning_rate(self) -> Tensor | float:
        """That of this step: a number, or `[P]`, one for each place."""

    def step_size(self, parameter: str) -> Tensor | float:
        """By how much a step moves a parameter for each unit of a steady gradient.

        A number, `[P]`, or one for each of the parameter's numbers.
        """


@dataclass(frozen=True)
class Own:
    """What belongs to one method at P places of a stack that have it with equal settings.

    Of a method that takes its main setting place by place, that setting may differ.

    `parameters` are all `[P, ...]`, by their names in one network, and `weights` those of them that
    the method acts on; both may be changed in place in the hooks that come after the passes.
    `buffers` are the running statistics, `[P, ...]`. `draws` are the places' own random streams,
    and `memory` is what `state` made, `[P, ...]`, to be changed in place.
    """

    places: Places
    parameters: Mapping[str, Tensor]
    weights: Mapping[str, Tensor]
    buffers: Mapping[str, Tensor]
    draws: Streams
    memory: Mapping[str, Tensor]
    updates: Updates
    gradient: Callable[[str], Tensor]
    """Of a parameter by name, `[P, ...]`, to be changed in place."""

    @property
    def count(self) -> int:
        """P."""
        return self.draws.count


@dataclass(frozen=True)
class EpochEnd:
    """The end of an epoch, at P places.

    `tensors` are the parameters and running statistics `[P, ...]`, by name, as the methods before
    would hand them over. `validation_loss` measures the mean loss `[P]` of these on the watched
    validation part, in evaluation mode. `progress` is how much of training has been done, in
    (0, 1]. `statistics` takes running statistics anew: those that batch normalization has, by name,
    with other parameters `[P, ...]` on the training examples.
    """

    tensors: Mapping[str, Tensor]
    validation_loss: Callable[[], Tensor]
    progress: float
    statistics: Callable[[Mapping[str, Tensor]], Mapping[str, Tensor]]


def each(values: Tensor, like: Tensor) -> Tensor:
    """`values` `[P]`, shaped so that they multiply `like` `[P, ...]` place by place."""
    return values.view(-1, *[1] * (like.dim() - 1))


def by_place(setting: Tensor | float, like: Tensor) -> Tensor | float:
    """A setting as it acts on `like` `[P, ...]`: a number, or of numbers `[P]` each on its place.

    Rounded to the kind of `like`, as torch rounds a number.
    """
    if isinstance(setting, float | int) or not setting.dim():
        return setting
    return each(setting.to(like.dtype), like)


def times(setting: Tensor | float, rate: Tensor | float) -> Tensor | float:
    """Of two numbers, or one or `[P]` each: in double precision, unless the rate is in single."""
    if isinstance(setting, float | int) or isinstance(rate, float | int):
        return setting * rate
    return setting.to(rate.dtype) * rate


def by_example(setting: Tensor | float, like: Tensor) -> Tensor | float:
    """A setting as it acts on `like` `[P*B, ...]`, places in blocks."""
    if isinstance(setting, float | int) or not setting.dim():
        return setting
    return by_place(setting.repeat_interleave(len(like) // len(setting)), like)


def counter(parameters: Mapping[str, Tensor]) -> Tensor:
    """Zeros `[P]`, of parameters' `[P, ...]` own kind: what a method counts, place by place."""
    first = next(iter(parameters.values()))
    return first.new_zeros(len(first))


def square_sums(tensors: Mapping[str, Tensor]) -> Tensor:
    """The sum of squares over all tensors `[P, ...]`, of every place, `[P]`."""
    terms = [tensor.square().flatten(1).sum(1) for tensor in tensors.values()]
    return sum(terms[1:], terms[0])

"""Which examples train and which are held out: by chance, by class, by group or by time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from regscope.base.errors import RegscopeError
from regscope.base.settings import Settings, left_out

By = Literal["random", "stratified", "group", "time"]

BINS = 10
"""Of targets that are numbers: strata of a stratified split, as many examples in each."""


class SplitSettings(Settings):
    """How many examples train, how they are drawn, and that the others test.

    `train` counts the training examples, validation included; it may be left out where the
    source has an official training set. `validation` of them are set aside where a strength is
    chosen; a published cell trains on all of `train`.

    by: `random`, or `stratified`: every class has its share in every part; `group`: no group of
    examples is in two parts; `time`: what comes later tests (`Dataset.split` says it in full).
    """

    train: Annotated[int, Field(ge=2)] | None = None
    validation: Annotated[int, Field(ge=1)]
    by: By = left_out("random")


@dataclass(frozen=True)
class Split:
    """Indices of examples, ascending or in drawn order.

    Those that train, those held out, and those that a method watches while it trains.
    """

    train: np.ndarray
    holdout: np.ndarray
    watched: np.ndarray


def largest_remainders(counts: np.ndarray, size: int) -> np.ndarray:
    """How many of each stratum are among `size` of all, `[K]` of counts `[K]`.

    Its share rounded down, and one more for those whose share was rounded down by most (Hamilton's
    method of apportionment), of equal ones the first. So each is within one of its share, and never
    more than there are.
    """
    total = int(counts.sum())
    wanted = counts * size // total
    remainders = counts * size % total
    wanted[np.argsort(-remainders, kind="stable")[: size - int(wanted.sum())]] += 1
    return wanted


def strata_of_numbers(targets: np.ndarray, bins: int = BINS) -> np.ndarray:
    """The quantile bin of every target `[N]`, from 0, int64.

    Bins begin at the order statistics `0, N / bins, 2 N / bins, ...`, rounded down: they hold as
    many targets each, but that equal targets share a bin. There are fewer where a bin would hold
    fewer than two, or where many targets are equal.
    """
    starts = quantile_starts(targets, bins, fewest=2)
    found: np.ndarray = np.searchsorted(starts, targets, side="right") - 1
    return found


def quantile_starts(values: np.ndarray, bins: int, fewest: int) -> np.ndarray:
    """Where quantile bins of values `[N]` begin: at their order statistics `0, N / bins, ...`.

    Fewer than `bins` where one would hold less than `fewest`, or where many values are equal.
    """
    ranked = np.sort(values)
    count = max(1, min(bins, len(ranked) // fewest))
    starts: np.ndarray = np.unique(ranked[np.arange(count) * len(ranked) // count])
    return starts


@dataclass(frozen=True)
class GroupSizes:
    """What all seeds know alike of some groups: the `largest`, and a `divisor` of all sizes."""

    largest: int
    divisor: int

    @classmethod
    def of(cls, groups: np.ndarray) -> GroupSizes:
        counts = np.unique(groups, return_counts=True)[1]
        return cls(int(counts.max()), int(np.gcd.reduce(counts)))

    def left_out(self, size: int) -> int:
        """At most how many are left of the group in which a part of `size` examples ends.

        Parts begin with a group. So what is left is fewer than the largest group has, and leaves
        the remainder of `-size` by the divisor: 0 of single examples, and always as many of groups
        of one size.
        """
        return self.largest - 1 - (self.largest - 1 + size) % self.divisor

    def left_to_test(self, examples: int, train: int) -> int:
        """How many of so many examples test; less than 1 where not every order leaves some."""
        return examples - train - self.left_out(train)

    def left_to_train(self, train: int, validation: int, parts: int) -> int:
        """How many of a training part train where so many parts are held out of it."""
        # The last group of a training part may be cut.
        sizes = GroupSizes(self.largest, gcd(self.divisor, train))
        return train - parts * (validation + sizes.left_out(validation))


Stream = np.random.Generator


class Drawing(ABC):
    """How parts of some examples are drawn; `members` and all parts are indices of examples."""

    @abstractmethod
    def train_and_test(
        self, members: np.ndarray, size: int, stream: Stream
    ) -> tuple[np.ndarray, np.ndarray]:
        """`size` of the members that train, and those that test."""

    def part(self, members: np.ndarray, size: int, stream: Stream) -> np.ndarray:
        """`size` of the members that train, where others test."""
        return self.train_and_test(members, size, stream)[0]

    @abstractmethod
    def held_out(
        self, train: np.ndarray, size: int, parts: int, stream: Stream
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """`size` that are held out first, as many again where `parts` is 2, and the rest."""


class AtRandom(Drawing):
    def train_and_test(
        self, members: np.ndarray, size: int, stream: Stream
    ) -> tuple[np.ndarray, np.ndarray]:
        order = stream.permutation(members)
        return order[:size], order[size:]

    def held_out(
        self, train: np.ndarray, size: int, parts: int, stream: Stream
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        mixed = stream.permutation(train)
        return mixed[:size], mixed[size : parts * size], mixed[parts * size :]


class ByTime(Drawing):
    """What is later is held out; nothing is drawn."""

    def train_and_test(
        self, members: np.ndarray, size: int, stream: Stream
    ) -> tuple[np.ndarray, np.ndarray]:
        del stream
        return members[:size], members[size:]

    def part(self, members: np.ndarray, size: int, stream: Stream) -> np.ndarray:
        """The last ones, which come right before the test."""
        del stream
        return members[-size:]

    def held_out(
        self, train: np.ndarray, size: int, parts: int, stream: Stream
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        del stream
        last, end = len(train) - size, len(train) - parts * size
        return train[last:], train[end:last], train[:end]


@dataclass(frozen=True)
class ByStratum(Drawing):
    """`strata` are those of all examples `[N]`, by index."""

    strata: np.ndarray

    def train_and_test(
        self, members: np.ndarray, size: int, stream: Stream
    ) -> tuple[np.ndarray, np.ndarray]:
        """Of every stratum as many as `largest_remainders` says; both parts in drawn order."""
        order = stream.permutation(members)
        own = self.strata[order]
        counts = np.bincount(own)
        by_stratum = np.argsort(own, kind="stable")
        starts = np.cumsum(counts) - counts
        places = np.empty(len(order), dtype=np.int64)
        places[by_stratum] = np.arange(len(order)) - starts[own[by_stratum]]
        drawn = places < largest_remainders(counts, min(size, len(order)))[own]
        return order[drawn], order[~drawn]

    def held_out(
        self, train: np.ndarray, size: int, parts: int, stream: Stream
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        first, rest = self.train_and_test(train, size, stream)
        if parts == 1:
            return first, rest[:0], rest
        return first, *self.train_and_test(rest, size, stream)


@dataclass(frozen=True)
class ByGroup(Drawing):
    """`groups` are those of all examples `[N]`, by index; `sizes` those in what is split."""

    groups: np.ndarray
    sizes: GroupSizes

    def train_and_test(
        self, members: np.ndarray, size: int, stream: Stream
    ) -> tuple[np.ndarray, np.ndarray]:
        size = min(size, len(members))
        left = self.sizes.left_to_test(len(members), size)
        if left < 1 and size < len(members):
            raise self._too_large("test", "split.train")
        train, test = grouped(members, (size, max(0, left)), self.groups, stream)
        return train, test

    def part(self, members: np.ndarray, size: int, stream: Stream) -> np.ndarray:
        return grouped(members, (min(size, len(members)),), self.groups, stream)[0]

    def held_out(
        self, train: np.ndarray, size: int, parts: int, stream: Stream
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        left = self.sizes.left_to_train(len(train), size, parts)
        if left < 1:
            raise self._too_large("train", "split.validation")
        drawn = grouped(train, (*[size] * parts, left), self.groups, stream)
        return drawn[0], drawn[1] if parts == 2 else train[:0], drawn[-1]

    def _too_large(self, what: str, key: str) -> RegscopeError:
        return RegscopeError(
            f"split.by = group: the largest group has {self.sizes.largest:,} examples, so that in"
            f" some order of groups none would be left to {what}; choose a smaller {key}, or"
            " smaller groups"
        )


def grouped(
    members: np.ndarray, sizes: Sequence[int], groups: np.ndarray, stream: Stream
) -> list[np.ndarray]:
    """Parts of these sizes, no group in two of them, each in drawn order.

    `groups` are those of all examples, by index. The groups are drawn, each as likely as any, and
    laid one after another. A part takes examples until it is full; what is left of the group in
    which it ends is in no part, and the next part begins with the next group. There must be enough
    for the worst order (`GroupSizes.left_out`).
    """
    mixed = stream.permutation(members)
    names, own = np.unique(groups[mixed], return_inverse=True)
    turns = stream.permutation(len(names))[own]
    laid = np.argsort(turns, kind="stable")
    parts, start = [], 0
    for size in sizes:
        end = start + size
        assert end <= len(laid)
        parts.append(mixed[np.sort(laid[start:end])])
        start = int(np.searchsorted(turns[laid], turns[laid[end - 1]], side="right"))
    return parts

"""How a cell's seeds are dealt into stacks, and how many processes train them.

On a processor no deal changes a bit of a result (but see cell.py on batch normalization): it
decides how long training takes and how much memory.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from regscope.base.errors import RegscopeError

SHARE_OF_FREE_MEMORY = 0.8

# On a processor the time a seed takes falls up to about ten seeds a stack and is level at twenty.
LARGEST_ON_PROCESSOR = 20
LARGEST_ON_GPU = 1024


@dataclass(frozen=True)
class Cost:
    """Bytes that training takes at its peak: of a process alone, and of each seed in its stack."""

    process: int
    seed: int


@dataclass(frozen=True)
class Survey:
    """What a cell takes on the device that trains it.

    `device` is torch's name for it and `name` the one on its box (`cpu` for a processor); `free`
    is its memory in bytes; `stackable` says whether training seeds as one is faster there than
    one after another. `unportable` is why the arithmetic that gives the same bits everywhere is not
    to be had, where it was asked for.
    """

    device: str
    name: str
    free: int
    cost: Cost
    stackable: bool
    unportable: str | None = None

    @property
    def largest(self) -> int:
        """The most seeds in a stack that are worth having."""
        if self.device != "cpu":
            return LARGEST_ON_GPU
        return LARGEST_ON_PROCESSOR if self.stackable else 1


@dataclass(frozen=True)
class Standing:
    """A checkpoint: its seeds, slot by slot, and the number of epochs they have trained."""

    path: Path
    seeds: tuple[int, ...]
    epoch: int


@dataclass(frozen=True)
class Stack:
    """Seeds that train as one, and the file for where they stand.

    Where `origin` is given, a checkpoint, they stand at `epoch` in its `slots`, one a seed.
    """

    seeds: tuple[int, ...]
    path: Path
    epoch: int = 0
    origin: Path | None = None
    slots: tuple[int, ...] = ()

    def __str__(self) -> str:
        first, last = self.seeds[0], self.seeds[-1]
        if len(self.seeds) == 1:
            return f"seed {first}"
        if last - first == len(self.seeds) - 1:
            return f"seeds {first} to {last}"
        return f"{len(self.seeds)} seeds from {first} to {last}"

    def part(self, start: int, stop: int) -> Stack:
        """The stack of some of its seeds, with a file of its own."""
        seeds, slots = self.seeds[start:stop], self.slots[start:stop]
        return replace(self, seeds=seeds, path=self.path.with_name(_name(seeds)), slots=slots)

    def trained(self) -> Stack:
        """The same once its own file holds where it ended."""
        return replace(self, origin=self.path, slots=tuple(range(len(self.seeds))))


@dataclass(frozen=True)
class Plan:
    """Stacks with nothing left to do, and those to train, the longest first."""

    finished: tuple[Stack, ...]
    waiting: tuple[Stack, ...]


def room(survey: Survey, workers: int) -> tuple[int, int]:
    """How many of `workers` fit into the free memory, and how many seeds a stack may have then.

    Raises RegscopeError where not even one seed fits on one worker.
    """
    usable = SHARE_OF_FREE_MEMORY * survey.free
    for count in range(workers, 0, -1):
        seeds = math.floor((usable / count - survey.cost.process) / survey.cost.seed)
        if seeds >= 1:
            return count, min(seeds, survey.largest)
    needed = survey.cost.process + survey.cost.seed
    raise RegscopeError(
        f"training one seed takes {_size(needed)} of memory; {_size(survey.free)} are"
        f" free on {survey.name}, of which {SHARE_OF_FREE_MEMORY:.0%} may be used: choose a smaller"
        " model or training.batch_size"
    )


def shares(seeds: Sequence[int], workers: int, largest: int) -> list[tuple[int, ...]]:
    """Neighbouring seeds in shares of at most `largest`, as even as can be, for all workers."""
    if not seeds:
        return []
    workers = min(workers, len(seeds))
    count = min(workers * math.ceil(len(seeds) / (workers * largest)), len(seeds))
    size, larger = divmod(len(seeds), count)
    cuts = [index * size + min(index, larger) for index in range(count + 1)]
    return [tuple(seeds[start:stop]) for start, stop in pairwise(cuts)]


def plan(
    seeds: Sequence[int],
    standings: Sequence[Standing],
    epochs: int,
    folder: Path,
    workers: int,
    largest: int,
) -> Plan:
    """Deal `seeds` into stacks with files in `folder`, going on from the checkpoints there.

    The seeds of a checkpoint stay together, as far as the largest stack allows and as every
    worker has one; of checkpoints that share a seed, the one further on has it. The other seeds
    are dealt evenly.
    """
    finished, waiting = [], []
    left = dict.fromkeys(seeds)
    for standing in sorted(standings, key=lambda found: (-found.epoch, found.seeds)):
        slots = [slot for slot, seed in enumerate(standing.seeds) if seed in left]
        if not slots:
            continue
        own = tuple(standing.seeds[slot] for slot in slots)
        for seed in own:
            del left[seed]
        path = folder / _name(own)
        kept = Stack(own, path, standing.epoch, standing.path, tuple(slots))
        if standing.epoch >= epochs:
            finished.append(kept)
        else:
            waiting += _parts(kept, largest)
    waiting += [
        Stack(share, folder / _name(share)) for share in shares(list(left), workers, largest)
    ]

    def work(stack: Stack) -> int:
        return len(stack.seeds) * (epochs - stack.epoch)

    while len(waiting) < workers and any(len(stack.seeds) > 1 for stack in waiting):
        longest = max((stack for stack in waiting if len(stack.seeds) > 1), key=work)
        waiting.remove(longest)
        waiting += _parts(longest, math.ceil(len(longest.seeds) / 2))
    waiting.sort(key=lambda stack: (-work(stack), stack.seeds))
    return Plan(tuple(finished), tuple(waiting))


def _parts(stack: Stack, largest: int) -> list[Stack]:
    places = shares(range(len(stack.seeds)), 1, largest)
    return [stack.part(part[0], part[-1] + 1) for part in places]


def _name(seeds: tuple[int, ...]) -> str:
    """One for each set of seeds, so that no stack writes over a checkpoint of other seeds."""
    name = f"{seeds[0]}-{seeds[-1]}"
    if seeds != tuple(range(seeds[0], seeds[-1] + 1)):
        name += f"-{hashlib.sha256(repr(seeds).encode()).hexdigest()[:16]}"
    return f"{name}.safetensors"


def _size(count: float) -> str:
    return f"{count / 1e6:.0f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"

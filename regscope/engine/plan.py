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
    is its memory in bytes, of several machines that of all, and `on_one` of the largest one then;
    `stackable` says whether training seeds as one is faster there than
    one after another. `unportable` is why the arithmetic that gives the same bits everywhere is not
    to be had, where it was asked for; `looped` why networks run one after another in their stack,
    where they have to. `operations` are those of an example's way forward, by which one study's
    epochs are weighed against another's.
    """

    device: str
    name: str
    free: int
    cost: Cost
    stackable: bool
    unportable: str | None = None
    looped: str | None = None
    operations: int = 1
    on_one: int | None = None

    @property
    def largest(self) -> int:
        """The most seeds in a stack that are worth having."""
        if self.device != "cpu":
            return LARGEST_ON_GPU
        return LARGEST_ON_PROCESSOR if self.stackable else 1


@dataclass(frozen=True)
class Standing:
    """A checkpoint: the numbers of its places, slot by slot, and how many epochs they trained."""

    path: Path
    numbers: tuple[int, ...]
    epoch: int


@dataclass(frozen=True)
class Stack:
    """Places that train as one, by number, and the file for where they stand.

    Of one cell the numbers are seeds; of cells that train together they count on from cell to cell
    (`together.py`). Where `origin` is given, a checkpoint, the places stand at `epoch` in its
    `slots`, one each.
    """

    numbers: tuple[int, ...]
    path: Path
    epoch: int = 0
    origin: Path | None = None
    slots: tuple[int, ...] = ()

    def __str__(self) -> str:
        """What those of one cell are called."""
        first, last = self.numbers[0], self.numbers[-1]
        if len(self.numbers) == 1:
            return f"seed {first}"
        if last - first == len(self.numbers) - 1:
            return f"seeds {first} to {last}"
        return f"{len(self.numbers)} seeds from {first} to {last}"

    def part(self, start: int, stop: int) -> Stack:
        """The stack of some of its places, with a file of its own."""
        numbers, slots = self.numbers[start:stop], self.slots[start:stop]
        path = self.path.with_name(_name(numbers))
        return replace(self, numbers=numbers, path=path, slots=slots)

    def trained(self) -> Stack:
        """The same once its own file holds where it ended."""
        return replace(self, origin=self.path, slots=tuple(range(len(self.numbers))))


@dataclass(frozen=True)
class Plan:
    """Stacks with nothing left to do, and those to train, the longest first."""

    finished: tuple[Stack, ...]
    waiting: tuple[Stack, ...]


def room(survey: Survey, workers: int) -> tuple[int, int]:
    """How many of `workers` fit into the free memory, and how many seeds a stack may have then.

    Raises RegscopeError where not even one seed fits on one worker.
    """
    on_one = survey.free if survey.on_one is None else survey.on_one
    for count in range(workers, 0, -1):
        usable = SHARE_OF_FREE_MEMORY * min(survey.free / count, on_one)
        seeds = math.floor((usable - survey.cost.process) / survey.cost.seed)
        if seeds >= 1:
            return count, min(seeds, survey.largest)
    needed = survey.cost.process + survey.cost.seed
    raise RegscopeError(
        f"training one seed takes {_size(needed)} of memory; {_size(on_one)} are"
        f" free on {survey.name}, of which {SHARE_OF_FREE_MEMORY:.0%} may be used: choose a smaller"
        " model or training.batch_size"
    )


def shares(numbers: Sequence[int], workers: int, largest: int) -> list[tuple[int, ...]]:
    """Neighbouring numbers in shares of at most `largest`, as even as can be, for all workers."""
    if not numbers:
        return []
    workers = min(workers, len(numbers))
    count = min(workers * math.ceil(len(numbers) / (workers * largest)), len(numbers))
    size, larger = divmod(len(numbers), count)
    cuts = [index * size + min(index, larger) for index in range(count + 1)]
    return [tuple(numbers[start:stop]) for start, stop in pairwise(cuts)]


def plan(
    numbers: Sequence[int],
    standings: Sequence[Standing],
    epochs: int,
    folder: Path,
    workers: int,
    largest: int,
) -> Plan:
    """Deal places, by `numbers`, into stacks with files in `folder`, going on from the checkpoints.

    The places of a checkpoint stay together, as far as the largest stack allows and as every
    worker has one; of checkpoints that share a place, the one further on has it. The other places
    are dealt evenly.
    """
    finished, waiting = [], []
    left = dict.fromkeys(numbers)
    for standing in sorted(standings, key=lambda found: (-found.epoch, found.numbers)):
        slots = [slot for slot, number in enumerate(standing.numbers) if number in left]
        if not slots:
            continue
        own = tuple(standing.numbers[slot] for slot in slots)
        for number in own:
            del left[number]
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
        return len(stack.numbers) * (epochs - stack.epoch)

    while len(waiting) < workers and any(len(stack.numbers) > 1 for stack in waiting):
        longest = max((stack for stack in waiting if len(stack.numbers) > 1), key=work)
        waiting.remove(longest)
        waiting += _parts(longest, math.ceil(len(longest.numbers) / 2))
    waiting.sort(key=lambda stack: (-work(stack), stack.numbers))
    return Plan(tuple(finished), tuple(waiting))


def _parts(stack: Stack, largest: int) -> list[Stack]:
    places = shares(range(len(stack.numbers)), 1, largest)
    return [stack.part(part[0], part[-1] + 1) for part in places]


def _name(numbers: tuple[int, ...]) -> str:
    """One for each set of places, so that no stack writes over a checkpoint of others."""
    name = f"{numbers[0]}-{numbers[-1]}"
    if numbers != tuple(range(numbers[0], numbers[-1] + 1)):
        name += f"-{hashlib.sha256(repr(numbers).encode()).hexdigest()[:16]}"
    return f"{name}.safetensors"


def _size(count: float) -> str:
    return f"{count / 1e6:.0f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"

"""What an engine is: it says what cells take, and trains the stacks that plan.py deals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from regscope.arithmetic import Arithmetic
from regscope.datasets.base import Holdout
from regscope.engine.messages import Epoch
from regscope.engine.plan import Cost, Stack, Survey
from regscope.engine.together import Cells

Searching = Literal["weights", "history"]
"""What is kept of networks that are tried out."""


@dataclass(frozen=True)
class SurveyJob:
    """The cells `regs` of a study, whose settings come as data, and the folder of its data.

    `device` is the one asked for, if one is.
    """

    study: dict[str, Any]
    regs: tuple[str, ...]
    data: Path
    device: str | None


@dataclass(frozen=True)
class Job:
    """What all stacks of some cells have in common; `device` is torch's name for it.

    `cost` is what a stack takes there at most. Where a job is `searching`, a place whose loss is no
    longer finite is left so, and the others train on; of the end no more is kept than that says.
    """

    study: dict[str, Any]
    data: Path
    holdout: Holdout
    device: str
    arithmetic: Arithmetic
    checkpoint_seconds: float
    cost: Cost
    searching: Searching | None = None


@dataclass(frozen=True)
class Work:
    """A stack to train, and of which cells; what is said of it begins with `label`."""

    job: Job
    cells: Cells
    stack: Stack
    label: str

    @property
    def bytes(self) -> int:
        """What it takes at most."""
        return self.job.cost.process + len(self.stack.numbers) * self.job.cost.seed


Heard = Callable[[Work, Epoch], None]


class Engine(Protocol):
    """Who trains stacks, and where. Whoever does, a place gets the same bits.

    Errors are RegscopeErrors that begin with the `label` of what they are about.
    """

    def survey(self, job: SurveyJob, label: str) -> Survey:
        """What the largest of the cells takes on the device that is to train them.

        Raises RegscopeError where the device or the data are not there or the network cannot be
        made.
        """

    def workers(self, device: str) -> int:
        """How many stacks train at a time on such a device where nobody asks for a number."""

    def train(self, works: Sequence[Work], workers: int, heard: Heard) -> None:
        """Train stacks to their last epoch, `workers` at a time, in this order.

        At the end each one's end state lies in the file `path` of its stack, as
        `checkpoints.save` writes it, and until then a state at most `checkpoint_seconds` and an
        epoch old: what ends an engine costs a stack no more than that. Every epoch is `heard`,
        once, with the work that it is part of.

        Raises RegscopeError where a stack cannot go on or whoever trains it is gone, DivergedError
        where a loss is no longer finite; nobody trains on after that.
        """

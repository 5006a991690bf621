"""What an engine is: it says what cells take, and trains the stacks that plan.py deals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from regscope.arithmetic import Arithmetic
from regscope.engine.messages import Watch
from regscope.engine.plan import Plan, Survey
from regscope.engine.together import Cells

Holdout = Literal["test", "validation"]


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
    """What all stacks of some cells have in common; `device` is torch's name for it."""

    study: dict[str, Any]
    data: Path
    holdout: Holdout
    device: str
    arithmetic: Arithmetic
    checkpoint_seconds: float


class Engine(Protocol):
    """Who trains stacks, and where. Whoever does, a place gets the same bits.

    Errors are RegscopeErrors that begin with `label`.
    """

    def survey(self, job: SurveyJob, label: str) -> Survey:
        """What the largest of the cells takes on the device that is to train them.

        Raises RegscopeError where the device or the data are not there or the network cannot be
        made.
        """

    def workers(self, device: str) -> int:
        """How many stacks train at a time on such a device where nobody asks for a number."""

    def train(
        self, job: Job, plans: Mapping[Cells, Plan], workers: int, label: str, heard: Watch
    ) -> None:
        """Train the waiting stacks of all plans to their last epoch, `workers` at a time.

        At the end each one's end state lies in the file `path` of its stack, as
        `checkpoints.save` writes it, and until then a state at most `checkpoint_seconds` and an
        epoch old: what ends an engine costs a stack no more than that. Every epoch is `heard`,
        once.

        Raises RegscopeError where a stack cannot go on or whoever trains it is gone, DivergedError
        where a loss is no longer finite; nobody trains on after that.
        """

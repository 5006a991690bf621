"""Training that a process of its own asks a cluster for: Ray may end it with what dies there."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

from regscope.base.errors import RegscopeError
from regscope.base.processes import without_main
from regscope.engine.cell import training_cell
from regscope.engine.cluster.flight import Flight
from regscope.engine.messages import Epoch
from regscope.engine.trained import TrainedCell
from regscope.study.params import Study

SPAWN = multiprocessing.get_context("spawn")


@dataclass
class Driven:
    """What came of it: the cell or the line that says why not, and why workers were said to die."""

    found: TrainedCell | None = None
    refused: str | None = None
    deaths: list[str] = field(default_factory=list)
    heard: list[Epoch] = field(default_factory=list)


def driven(study: Study, data: Path, acts: Mapping[int, Any] = {}) -> Driven:
    """Train the cell `tested`; call what `acts` holds for an epoch when it is first heard."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_drive, args=(theirs, study, data), daemon=True)
    with without_main():
        process.start()
    theirs.close()
    left, came = dict(acts), Driven()
    try:
        while (message := _received(ours)) is not None:
            _take(message, came)
            if isinstance(message, Epoch) and (act := left.pop(message.number, None)):
                act()
        process.join()
        assert process.exitcode == 0
    finally:
        process.kill()
        process.join()
    return came


def _received(pipe: Connection) -> Any:
    try:
        return pipe.recv()
    except EOFError:
        return None


def _take(message: Any, came: Driven) -> None:
    if isinstance(message, Epoch):
        came.heard.append(message)
    elif isinstance(message, TrainedCell):
        came.found = message
    elif isinstance(message, RegscopeError):
        came.refused = str(message)
    else:
        came.deaths.append(message)


def _drive(pipe: Connection, study: Study, data: Path) -> None:
    died = Flight.died

    def noted(self: Flight, why: str) -> None:
        pipe.send(why)
        died(self, why)

    with mock.patch.object(Flight, "died", noted):
        try:
            with training_cell(study, "tested", data, "tiny", watch=pipe.send) as found:
                pipe.send(found)
        except RegscopeError as error:
            pipe.send(error)

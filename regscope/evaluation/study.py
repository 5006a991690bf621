"""All cells of a study measured, those alone that have changed, a process a core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from multiprocessing import connection
from typing import Any

from regscope.base import paths
from regscope.base.digests import digests
from regscope.base.folders import remove_others
from regscope.base.made import is_there, note
from regscope.base.processes import cores
from regscope.engine.cell import chosen_workers
from regscope.engine.local import process, received, send
from regscope.engine.memory import free_memory
from regscope.evaluation.provenance import OUTPUTS, made_from, sources
from regscope.study.params import Study

PROCESS_BYTES = 1 << 30
DATA_COPIES = 8
"""What a process may take: so much, and so many times the prepared data. MNIST's took 0.5 GiB."""


def measure_study(name: str, study: Study, cells: Iterable[str]) -> None:
    """Measure those of `cells` whose folder below data/evaluations is not what it would be.

    Folders of cells that `study` does not have are removed; what is measured stays when another
    cell cannot be. Prints a line for every cell measured.

    Raises RegscopeError, naming the cell, where it cannot be measured, FileNotFoundError where it
    is not trained.
    """
    remove_others(paths.DATA / "evaluations" / name, study.cells)
    common = digests([paths.prepared(name)]) | sources()
    wanted = {reg: made_from(name, study, reg, common) for reg in cells if reg in study.cells}
    stale = {
        reg: made
        for reg, made in wanted.items()
        if not is_there(paths.evaluation(name, reg), made, OUTPUTS)
    }
    if not stale:
        return
    job = {"name": name, "study": study.model_dump(mode="json", exclude_none=True)}
    for reg, seconds in _measured(job, list(stale.items()), _processes(name, len(stale))):
        note(paths.evaluation(name, reg), paths.evaluation(name, reg), stale[reg])
        print(f"{name}/{reg}: measured, {seconds:.1f} s", flush=True)


def _processes(name: str, cells: int) -> int:
    """As many as there are cells, cores (or REGSCOPE_WORKERS asks for) and room for in memory."""
    data = sum(file.stat().st_size for file in paths.prepared(name).iterdir())
    room = free_memory() // (PROCESS_BYTES + DATA_COPIES * data)
    return max(1, min(cells, chosen_workers() or cores(), room))


def _measured(
    job: dict[str, Any], stale: list[tuple[str, dict[str, Any]]], processes: int
) -> Iterator[tuple[str, float]]:
    """Every cell as it is measured, with its seconds. Each process asks for the next when done."""
    waiting, label = iter(stale), job["name"]
    with ExitStack() as exits:
        listening = [exits.enter_context(process(_work, job, label)) for _ in range(processes)]
        for pipe in listening:
            send(pipe, next(waiting), label)
        while listening:
            ready = connection.wait(listening)
            for pipe in [pipe for pipe in listening if pipe in ready]:
                yield received(pipe, label)
                following = next(waiting, None)
                if following is None:
                    listening.remove(pipe)
                else:
                    send(pipe, following, label)


# Imported there: this process itself does without torch.
def _work(job: dict[str, Any], messages: connection.Connection) -> None:
    from regscope.evaluation.worker import work

    work(job, messages)

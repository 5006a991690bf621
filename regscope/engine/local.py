"""Processes, one thread each, that train the stacks of one or several cells.

This process itself does without torch: a fork server imports it once for all of them.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import connection, forkserver
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any

from regscope.arithmetic import numpy_variables
from regscope.base.errors import DivergedError, RegscopeError
from regscope.engine.messages import Watch
from regscope.engine.plan import Plan, Survey
from regscope.engine.together import Cells

PRELOADED = ["regscope.base.rare_collection", "regscope.engine.worker", "regscope.engine.survey"]


def survey_cells(job: dict[str, Any], label: str) -> Survey:
    """What the largest cell of `job` takes on its device, found out by a process of its own.

    Raises RegscopeError, naming `label`, where the device or the data are not there or the
    network cannot be made.
    """
    with process(_survey, job, label) as pipe:
        found = received(pipe, label)
    assert isinstance(found, Survey)
    return found


def train_stacks(
    job: dict[str, Any],
    plans: Mapping[Cells, Plan],
    label: str,
    epochs: int,
    workers: int,
    watch: Watch | None = None,
) -> None:
    """Train the waiting stacks of all plans to their last epoch on `workers` processes.

    Each process asks for the next stack when it is done with one. Shows a bar over all seeds'
    epochs on a terminal, with the time left; `watch` is told every epoch. Raises RegscopeError,
    naming `label`, when a stack cannot go on or a worker dies, DivergedError where a loss is no
    longer finite; no worker outlives the call.
    """
    from tqdm import tqdm

    waiting = [(cells, stack) for cells, plan in plans.items() for stack in plan.waiting]
    stacks = [stack for plan in plans.values() for stack in (*plan.finished, *plan.waiting)]
    with ExitStack() as exits:
        listening = [exits.enter_context(process(_work, job, label)) for _ in waiting[:workers]]
        for pipe in listening:
            send(pipe, waiting.pop(0), label)
        seeds = sum(len(stack.seeds) for stack in stacks)
        bar = exits.enter_context(
            tqdm(
                total=epochs * seeds,
                initial=sum(stack.epoch * len(stack.seeds) for stack in stacks),
                desc=f"{label}, {seeds} seeds",
                unit="epoch",
                disable=None,
                dynamic_ncols=True,
                leave=False,
            )
        )
        for cells, plan in plans.items():
            for line in _resumptions(plan):
                bar.write(f"{label}: {line}" if len(plans) == 1 else f"{label}: {cells}: {line}")
        while listening:
            ready = connection.wait(listening)
            for pipe in [pipe for pipe in listening if pipe in ready]:
                message = received(pipe, label)
                if message is not None:
                    loss = sum(message.history[0]) / len(message.seeds)
                    bar.set_postfix(epoch=message.number, loss=f"{loss:.4f}", refresh=False)
                    bar.update(len(message.seeds))
                    if watch is not None:
                        watch(message)
                elif waiting:
                    send(pipe, waiting.pop(0), label)
                else:
                    # A worker that is gone already has all its results on disk.
                    with suppress(OSError):
                        pipe.send(None)
                    listening.remove(pipe)


def _resumptions(plan: Plan) -> Iterator[str]:
    if plan.finished:
        count = sum(len(stack.seeds) for stack in plan.finished)
        yield f"{count} {'seed is' if count == 1 else 'seeds are'} finished"
    for stack in plan.waiting:
        if stack.epoch:
            goes = "goes" if len(stack.seeds) == 1 else "go"
            yield f"{stack} {goes} on from epoch {stack.epoch}"


def send(pipe: connection.Connection, work: object, label: str) -> None:
    try:
        pipe.send(work)
    except OSError:
        raise RegscopeError(f"{label}: a worker process died") from None


def received(pipe: connection.Connection, label: str) -> Any:
    try:
        message = pipe.recv()
    except (EOFError, ConnectionResetError):
        raise RegscopeError(f"{label}: a worker process died") from None
    if isinstance(message, dict) and "error" in message:
        kind = DivergedError if message.get("diverged") else RegscopeError
        raise kind(f"{label}: {message['error']}")
    return message


# Imported there: this process itself does without torch.
def _survey(job: dict[str, Any], messages: connection.Connection) -> None:
    from regscope.engine.survey import survey

    survey(job, messages)


def _work(job: dict[str, Any], messages: connection.Connection) -> None:
    from regscope.engine.worker import work

    work(job, messages)


def start_server() -> None:
    """Have torch loaded for the processes to come, while this process does something else."""
    _context()
    if sys.platform == "linux":
        # What goes wrong here is told where the first process is wanted.
        with numpy_variables(), suppress(OSError):
            forkserver.ensure_running()


def _context() -> multiprocessing.context.BaseContext:
    if sys.platform != "linux":
        # Elsewhere a fork after importing torch is not safe.
        return multiprocessing.get_context("spawn")
    # A fork server imports torch once for all; forking this process would copy its threads' locks.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


@contextmanager
def process(
    target: Callable[[dict[str, Any], connection.Connection], None],
    job: dict[str, Any],
    label: str,
) -> Iterator[connection.Connection]:
    """A process and the pipe to and from it; it ends with this context.

    Raises RegscopeError, naming `label`, where none can be started.
    """
    context = _context()
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(job, theirs), daemon=True)  # type: ignore[attr-defined]
    with _without_main(), numpy_variables():
        _start(process, label)
    theirs.close()
    try:
        yield ours
    finally:
        process.kill()
        process.join()
        ours.close()


def _start(process: BaseProcess, label: str) -> None:
    """Once more where the fork server was killed: then it is started anew."""
    for last in (False, True):
        try:
            process.start()
        except (OSError, EOFError) as error:
            if last:
                raise RegscopeError(
                    f"{label}: no worker process can be started ({error}); was its server killed,"
                    " for want of memory perhaps? Run the same command again to go on"
                ) from error
        else:
            return


@contextmanager
def _without_main() -> Iterator[None]:
    """A process that starts here does not run the caller's script again, guarded or not."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main

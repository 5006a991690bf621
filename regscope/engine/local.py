"""The engine of one machine: processes, one thread each.

This process itself does without torch: a fork server imports it once for all of them.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import connection, forkserver
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from regscope.arithmetic import Arithmetic, numpy_variables
from regscope.base.environment import processor
from regscope.base.errors import RegscopeError
from regscope.base.processes import cores, without_main
from regscope.engine.base import Heard, Job, SurveyJob, Work
from regscope.engine.memory import free_memory
from regscope.engine.messages import error_of
from regscope.engine.plan import Stack, Survey
from regscope.engine.processors import note
from regscope.engine.together import Cells

PRELOADED = ["regscope.base.rare_collection", "regscope.engine.worker"]

J = TypeVar("J")


class Local:
    """The processes of this machine."""

    def survey(self, job: SurveyJob, label: str) -> Survey:
        """As an Engine does, in a process of its own."""
        with process(_answer, (job, free_memory()), label) as pipe:
            found = received(pipe, label)
        assert isinstance(found, Survey)
        return found

    def workers(self, device: str) -> int:
        """One a core that this process may use; on a GPU one."""
        return cores() if device == "cpu" else 1

    def train(self, works: Sequence[Work], workers: int, heard: Heard) -> None:
        """As an Engine does: each process asks for the next stack when it is done with one."""
        note((work.stack.path.parent for work in works), processor())
        waiting, busy = list(works), dict[connection.Connection, Work]()
        with ExitStack() as exits:

            def begin() -> None:
                work = waiting.pop(0)
                pipe = exits.enter_context(process(_work, work.job.arithmetic, work.label))
                send(pipe, _sent(work), work.label)
                busy[pipe] = work

            while waiting and len(busy) < workers:
                begin()
            while busy:
                for pipe in connection.wait(list(busy)):
                    assert isinstance(pipe, connection.Connection)
                    work = busy[pipe]
                    message = received(pipe, work.label)
                    if message is not None:
                        heard(work, message)
                    elif following := _next(waiting, work.job.arithmetic):
                        waiting.remove(following)
                        send(pipe, _sent(following), following.label)
                        busy[pipe] = following
                    else:
                        # A worker that is gone already has all its results on disk.
                        with suppress(OSError):
                            pipe.send(None)
                        del busy[pipe]
                        if waiting:
                            begin()


def _next(waiting: Sequence[Work], arithmetic: Arithmetic) -> Work | None:
    """The first that a process can train that has settled on an arithmetic, which it keeps."""
    return next((work for work in waiting if work.job.arithmetic == arithmetic), None)


def _sent(work: Work) -> tuple[Job, Cells, Stack]:
    return work.job, work.cells, work.stack


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
        raise error_of(label, message)
    return message


# Imported there: this process itself does without torch.
def _answer(question: tuple[SurveyJob, int], messages: connection.Connection) -> None:
    from regscope.engine.worker import answer

    answer(question, messages)


def _work(arithmetic: Arithmetic, messages: connection.Connection) -> None:
    from regscope.engine.worker import work

    work(arithmetic, messages)


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
    target: Callable[[J, connection.Connection], None],
    job: J,
    label: str,
) -> Iterator[connection.Connection]:
    """A process and the pipe to and from it; it ends with this context.

    Raises RegscopeError, naming `label`, where none can be started.
    """
    context = _context()
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(job, theirs), daemon=True)  # type: ignore[attr-defined]
    with without_main(), numpy_variables():
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

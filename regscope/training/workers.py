"""Worker processes, one thread each, that train the stacks of a cell."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import connection
from pathlib import Path
from typing import Any

from regscope.errors import RegscopeError

Stacks = list[tuple[list[int], Path]]


def train_stacks(
    job: dict[str, Any], stacks: Stacks, label: str, epochs: int, workers: int
) -> None:
    """Train every stack (its seeds, and the file for its end state) on `workers` processes.

    Shows a bar over all seeds' `epochs` on a terminal. Raises RegscopeError, naming `label`, when
    a stack cannot go on or a worker dies; no worker outlives the call.
    """
    from tqdm import tqdm

    with ExitStack() as exits:
        listening = [
            exits.enter_context(_worker({**job, "stacks": share}))
            for share in _dealt(stacks, workers)
        ]
        seeds = sum(len(seeds) for seeds, _ in stacks)
        bar = exits.enter_context(
            tqdm(
                total=epochs,
                desc=f"{label}, {seeds} seeds",
                unit="epoch",
                disable=None,
                dynamic_ncols=True,
            )
        )
        while listening:
            for pipe in connection.wait(listening):
                assert isinstance(pipe, connection.Connection)
                try:
                    message = pipe.recv()
                except EOFError:
                    raise RegscopeError(f"{label}: a worker process died") from None
                if message is None:
                    listening.remove(pipe)
                elif "error" in message:
                    raise RegscopeError(f"{label}: {message['error']}")
                else:
                    if "resumed" in message:
                        bar.write(
                            f"{label}: {message['resumed']} go on from epoch {message['epoch']}"
                        )
                    bar.update(message["epochs"])
                    bar.set_postfix(epoch=message["epoch"], loss=f"{message['loss']:.4f}")


def _dealt(stacks: Stacks, hands: int) -> list[Stacks]:
    return [stacks[index::hands] for index in range(min(hands, len(stacks)))]


def _work_in_process(job: dict[str, Any], messages: connection.Connection) -> None:
    # Imported here: this process itself does without torch.
    from regscope.training.worker import work

    work(job, messages)


@contextmanager
def _worker(job: dict[str, Any]) -> Iterator[connection.Connection]:
    """A worker process and the pipe of its messages; it ends with this context."""
    # A fork server imports torch once for all workers; forking this process would copy its
    # threads' locks. Elsewhere than on Linux a fork after importing torch is not safe.
    if sys.platform == "linux":
        context = multiprocessing.get_context("forkserver")
    else:
        context = multiprocessing.get_context("spawn")
    # Without this MKL's last digits depend on where in memory a seed's matrices lie in the stack.
    os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")
    context.set_forkserver_preload(["regscope.training.worker"])
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_work_in_process, args=(job, writer), daemon=True)
    process.start()
    writer.close()
    try:
        yield reader
    finally:
        process.kill()
        process.join()

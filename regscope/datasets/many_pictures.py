"""Many pictures' files read at once, a process a core; what is read is the same with any number."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context

from regscope.base.errors import RegscopeError
from regscope.base.processes import cores, leave_interrupts_to_parent, without_main
from regscope.datasets.decoding import BrokenPictureError, Channels, Picture, decoded

File = tuple[str, bytes]
"""Its name and its content."""

TOGETHER = 64
BYTES_TOGETHER = 4_000_000
"""So many files, or at least so many bytes, go to a process at once."""

ALONE = 8
"""Up to so many times as much is read here: starting processes would take longer."""


@dataclass(frozen=True)
class Read:
    """A file, and what it holds.

    digest: SHA-256 of its content.
    found: the picture, or why it is none that can be read.
    """

    name: str
    content: bytes
    digest: bytes
    found: Picture | str


def read_pictures(
    files: Iterable[File],
    side: int,
    channels: Channels | None = None,
    processes: int | None = None,
) -> Generator[Read, None, None]:
    """The files as `decoded` gives them, in their order; only a few are held at any time.

    `processes` is by default one a core that this process may use.
    Raises RegscopeError where a process dies.
    """
    read = partial(_read, side=side, channels=channels)
    chunks = _chunks(files)
    first = list(islice(chunks, ALONE + 1))
    workers = cores() if processes is None else processes
    if len(first) <= ALONE or workers == 1:
        for chunk in chain(first, chunks):
            yield from _joined(chunk, read(chunk))
        return
    with _pool(workers) as pool:
        waiting: deque[tuple[list[File], Future[list[Found]]]] = deque()
        try:
            for chunk in chain(first, chunks):
                with without_main():
                    waiting.append((chunk, pool.submit(read, chunk)))
                if len(waiting) > 2 * workers:
                    yield from _received(*waiting.popleft())
            while waiting:
                yield from _received(*waiting.popleft())
        except BrokenExecutor as error:
            raise RegscopeError(
                "a process that read pictures died, for want of memory perhaps; run the same"
                " command again"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


Found = tuple[bytes, Picture | str]


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=leave_interrupts_to_parent
    )


def _chunks(files: Iterable[File]) -> Iterator[list[File]]:
    chunk: list[File] = []
    held = 0
    for file in files:
        chunk.append(file)
        held += len(file[1])
        if len(chunk) == TOGETHER or held >= BYTES_TOGETHER:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk


def _read(chunk: list[File], side: int, channels: Channels | None) -> list[Found]:
    found: list[Found] = []
    for _, content in chunk:
        try:
            picture: Picture | str = decoded(content, side, channels)
        except BrokenPictureError as error:
            picture = str(error)
        found.append((hashlib.sha256(content).digest(), picture))
    return found


def _received(chunk: list[File], future: Future[list[Found]]) -> Iterator[Read]:
    return _joined(chunk, future.result())


def _joined(chunk: list[File], found: list[Found]) -> Iterator[Read]:
    for (name, content), (digest, picture) in zip(chunk, found, strict=True):
        yield Read(name, content, digest, picture)

"""What a process says to the one that started it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from time import process_time
from typing import Any, Protocol

from regscope.base.errors import DivergedError, RegscopeError
from regscope.base.foreign import cause, place, said


class Listener(Protocol):
    """A Connection, or what takes messages as one does."""

    def send(self, message: Any, /) -> None: ...


@dataclass(frozen=True)
class Epoch:
    """An epoch that a stack has trained; `number` counts from 1.

    `history` holds the columns of the task's history, each with a value a seed. `processor` are the
    processor's seconds that the `process` that trained it had used by then.
    """

    reg: str
    seeds: tuple[int, ...]
    number: int
    history: tuple[tuple[float, ...], ...]
    processor: float = field(default_factory=process_time, compare=False)
    process: int = field(default_factory=os.getpid, compare=False)


Watch = Callable[[Epoch], None]


def asked(messages: Connection) -> Iterator[Any]:
    """What is asked for, one after another, until it is None or whoever asks is gone."""
    while True:
        try:
            work = messages.recv()
        except (EOFError, ConnectionResetError):
            return
        if work is None:
            return
        yield work


def tell(messages: Listener, what: object) -> None:
    """Send it; this process ends, as with its parent, where nobody is left to hear it."""
    try:
        messages.send(what)
    except (BrokenPipeError, ConnectionResetError):
        os._exit(1)


def error_of(label: str, told: Mapping[str, Any]) -> RegscopeError:
    """What `errors_told` sent, as it was raised there, about `label`."""
    kind = DivergedError if told.get("diverged") else RegscopeError
    return kind(f"{label}: {told['error']}")


@contextmanager
def errors_told(messages: Listener) -> Iterator[None]:
    """Send `{"error": text}`, in one line, where the work inside cannot go on.

    With `"diverged": True` where that is because a loss is no longer finite. Of what a class of
    one's own raises, the line says what kind of error it is, and where.
    """
    try:
        yield
    except DivergedError as error:
        tell(messages, {"error": str(error), "diverged": True})
    except RegscopeError as error:
        tell(messages, {"error": " ".join(str(error).split())})
    except (Exception, SystemExit) as error:
        # A network or a method of one's own may raise anything.
        where = place(error)
        if isinstance(error, OSError) and error.filename:
            tell(messages, {"error": f"{error.filename}: {error.strerror}"})
        elif where is not None:
            kind = type(error).__name__
            tell(messages, {"error": f"{said(error)} ({kind} in {where})".strip()})
        elif isinstance(error, ValueError):
            tell(messages, {"error": " ".join(str(error).split())})
        elif isinstance(error, MemoryError | RuntimeError) and str(error):
            # torch reports an allocation that failed, or a number too large, as a RuntimeError.
            tell(messages, {"error": str(error).splitlines()[0]})
        else:
            tell(messages, {"error": cause(error)})
            raise

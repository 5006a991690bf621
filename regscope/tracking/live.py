"""Long training, streamed: its epochs appear in the runs that the stage `track` completes later."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

from regscope.engine.messages import Epoch
from regscope.tracking import damage, standing, store

AFTER = 60
"""Seconds of training from which on its epochs are streamed."""

CLOSING = 60
"""The most seconds that the end of training waits for what is still to be logged."""

Told = SimpleQueue[Epoch | str | None]
"""Epochs, and at last None, or MLflow's status for runs whose training did not end well."""


class Stream:
    """Epochs of one cell, logged by a thread of their own once there are any to wait for.

    Nothing that goes wrong with the store reaches training: one line on stderr, and the stage
    `track` logs the whole cell afterwards.
    """

    def __init__(self, study: str, reg: str, after: float = AFTER) -> None:
        self._study, self._reg = study, reg
        self._from = time.monotonic() + after
        self._told: Told = SimpleQueue()
        self._thread: threading.Thread | None = None

    def add(self, epoch: Epoch) -> None:
        self._told.put(epoch)
        if self._thread is None and time.monotonic() >= self._from:
            self._thread = threading.Thread(target=self._log_all, daemon=True)
            self._thread.start()

    def close(self, status: str | None = None) -> None:
        """Wait for what is still to be logged; `status` is that of a training that broke off."""
        if self._thread is not None:
            self._told.put(status)
            self._thread.join(CLOSING)

    def _log_all(self) -> None:
        uri = store.tracking_uri()
        store.prepare_environment()
        try:
            standing.experiment(uri, f"regscope/{self._study}")
            from regscope.tracking.streamed import log_told

            log_told(uri, self._study, self._reg, self._told)
        except Exception as error:  # noqa: BLE001
            # Drivers of databases, clients of artifact stores and plugins raise whatever they like.
            told = damage.advice(uri) or f"{store.shown(uri)}: {store.reason(error, uri)}"
            print(
                f"regscope: {self._study}/{self._reg}: epochs are not shown live at {told}",
                file=sys.stderr,
            )


@contextmanager
def following(study: str, reg: str, after: float = AFTER) -> Iterator[Stream]:
    """A stream that ends with the training inside."""
    stream = Stream(study, reg, after)
    status: str | None = "FAILED"
    try:
        yield stream
        status = None
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        stream.close(status)

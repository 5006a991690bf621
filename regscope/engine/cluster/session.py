"""The cluster that this process is connected to: RAY_ADDRESS, or one of its own."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from regscope.arithmetic import Arithmetic, numpy_variables
from regscope.arithmetic.choice import CLASHING, NUMPY, processor_lacks
from regscope.base import paths
from regscope.base.environment import versions
from regscope.base.errors import RegscopeError
from regscope.base.processes import cores
from regscope.engine.cluster.nodes import Node, alive

ADDRESS = "RAY_ADDRESS"
OWN = ("", "local")
"""Addresses that ask for a cluster of this process's own, on this machine."""

ANSWER_SECONDS = 5
ARITHMETIC = "REGSCOPE_SETTLED"
"""Workers with another value are other processes: none ever computes with two arithmetics."""


def own() -> bool:
    """Whether the cluster is this process's own."""
    return os.environ.get(ADDRESS, "") in OWN


def connect() -> None:
    """Be connected, at the latest now.

    Raises RegscopeError, in one line, where Ray is not installed or no cluster can be had.
    """
    if find_spec("ray") is None:
        raise RegscopeError(
            "REGSCOPE_ENGINE = ray: Ray is not installed; it is the extra `ray`: pip install -r"
            " requirements-ray.txt"
        )
    # numpy, which Ray imports, keeps to what it would have done without Ray.
    with numpy_variables():
        import ray

        if not ray.is_initialized():
            _connect(ray)


def nodes() -> list[Node]:
    """Those that are there now."""
    import ray

    return alive(ray.nodes())


def variables(arithmetic: Arithmetic) -> dict[str, str]:
    """What the environment of a worker holds before it starts."""
    found: dict[str, str] = {ARITHMETIC: arithmetic}
    if not processor_lacks():
        found |= {**NUMPY, CLASHING: ""}
    if own():
        # Elsewhere the package is sent.
        before = os.environ.get("PYTHONPATH")
        found["PYTHONPATH"] = os.pathsep.join(filter(None, (str(paths.PACKAGE.parent), before)))
    return found


def _connect(ray: Any) -> None:
    address = os.environ.get(ADDRESS, "")
    settings: dict[str, Any] = {"address": address}
    if own():
        settings = {
            "address": "local",
            "num_cpus": cores(),
            "include_dashboard": False,
            # Workers have this process's share of the cores, as those of the local engine do.
            "_system_config": {"worker_niceness": 0, "prestart_worker_first_driver": False},
        }
    else:
        check_address(address)
        settings["runtime_env"] = {"py_modules": [str(paths.PACKAGE)]}
    try:
        with _quiet(), _own_signals():
            ray.init(**settings, log_to_driver=False, logging_level=logging.ERROR)
        # Pages about every worker and node that dies, which no setting keeps off the terminal.
        ray._private.worker.print_to_stdstream = lambda *_, **__: None
    except (RuntimeError, ValueError, OSError, ray.exceptions.RayError) as error:
        lines = " ".join(str(error).split())
        whose = "a cluster of Ray's on this machine" if own() else f"{ADDRESS} = {address}"
        raise RegscopeError(f"{whose}: {lines or type(error).__name__}") from None


def check_address(address: str) -> None:
    """Raises RegscopeError where it is no address, or where nobody answers."""
    if address == "auto":
        return
    host, _, port = address.rpartition(":")
    if "/" in address or not host or not port.isdecimal():
        raise RegscopeError(
            f"{ADDRESS} = {address}: must be HOST:PORT of the head, on a machine that is a node of"
            " the cluster itself; or auto, or local"
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise RegscopeError(
            f"{ADDRESS} = {address}: no cluster answers there ({error}); start one with: ray start"
            f" --head --port={port}"
        ) from None


@contextmanager
def _own_signals() -> Iterator[None]:
    """Ray would end this process in its own way on SIGTERM."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing is said of what Ray will change one day, and nothing is sent to its makers."""
    chosen = {"RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "RAY_USAGE_STATS_ENABLED": "0"}
    added = {name: value for name, value in chosen.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def python_and_packages() -> dict[str, str]:
    """The versions of what decides bits, as this process has them."""
    python = {"python": ".".join(map(str, sys.version_info[:2]))}
    return python | versions("torch", "numpy", "safetensors")


def working_directory() -> str | None:
    """Where workers on this machine are to be; None where they are elsewhere."""
    return str(Path.cwd()) if own() else None

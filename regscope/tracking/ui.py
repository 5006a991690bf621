"""MLflow's page on this repository's runs: `regscope ui [PORT]`.

Prints the address of every study's runs and opens that of the active one in a browser, if there
is a screen. MLflow's own first page shows nothing of them.
"""

from __future__ import annotations

import os
import sys
import time
import webbrowser
from collections.abc import Mapping
from contextlib import suppress
from urllib.error import URLError
from urllib.request import urlopen

from regscope.base.errors import RegscopeError
from regscope.base.lines import shown
from regscope.tracking import ledger, store, view

HOST = "127.0.0.1"
PORT = 5000

SECONDS = 120
"""How long a browser waits for the server."""


def command(port: int) -> list[str]:
    """What starts MLflow's server on the store, for this machine alone."""
    uri = store.tracking_uri()
    artifacts = ["--default-artifact-root", (store.folder() / "artifacts").as_uri()]
    return [
        *(sys.executable, "-m", "mlflow", "server"),
        *("--host", HOST, "--port", str(port), "--workers", "1"),
        *("--uvicorn-opts", "--log-level warning"),
        *("--backend-store-uri", uri),
        *(artifacts if store.is_default(uri) else []),
    ]


def serve(given: str = str(PORT)) -> None:
    """Become the server of the page at this port of this machine, if no server keeps the runs.

    Raises RegscopeError for a port that is none, and where no run is kept yet.
    """
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise RegscopeError(f"PORT = {shown(given)}: must be a whole number from 1 to 65535")
    uri = store.tracking_uri()
    if uri.startswith(("http://", "https://")):
        print(f"runs are kept by a server, whose page is {store.shown(uri)}")
        _print_studies(store.shown(uri), ledger.experiments(uri))
        return
    file = store.database(uri)
    if file is not None and not file.exists():
        raise RegscopeError(f"{file}: not there yet; `make` logs a study into it")
    if damage := store.damage(uri):
        raise RegscopeError(damage)
    store.prepare_environment()
    found, server = _experiments(uri), f"http://{HOST}:{given}"
    print(f"MLflow's page: {server} (end it with Ctrl-C); the runs of", flush=True)
    if addresses := _print_studies(server, found):
        _open_when_ready(server, addresses[0])
    else:
        print("  no study yet: `make` logs one", flush=True)
    # Workers for jobs that nobody here starts.
    os.environ.setdefault("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
    os.execv(sys.executable, command(int(given)))


def _experiments(uri: str) -> dict[str, str]:
    """The ids of the studies' experiments by name."""
    from mlflow import MlflowClient

    try:
        found = MlflowClient(uri).search_experiments(filter_string=f"name LIKE '{store.PREFIX}%'")
    except Exception as error:
        # Drivers of databases and plugins raise whatever they like.
        raise RegscopeError(f"{store.shown(uri)}: {store.reason(error, uri)}") from error
    return {experiment.name: str(experiment.experiment_id) for experiment in found}


def _print_studies(server: str, experiments: Mapping[str, str]) -> list[str]:
    """Say where each study's runs are, the active study first; their addresses."""
    from regscope.study.params import load_params

    active = ""
    with suppress(RegscopeError):
        active = f"{store.PREFIX}{load_params().study}"
    addresses = []
    for name in sorted(experiments, key=lambda name: (name != active, name)):
        addresses.append(view.address(server, experiments[name]))
        print(f"  {name.removeprefix(store.PREFIX)}: {addresses[-1]}", flush=True)
    return addresses


def _open_when_ready(server: str, address: str) -> None:
    """Open a page in a process of its own, once the server that this one becomes answers."""
    # Without a screen a browser in the terminal would be started.
    screen = sys.platform == "darwin" or {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ)
    if not screen or os.fork():
        return
    serving = os.getppid()
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends and os.getppid() == serving:
        with suppress(URLError, OSError), urlopen(f"{server}/health", timeout=5):
            webbrowser.open(address)
            break
        time.sleep(0.3)
    os._exit(0)

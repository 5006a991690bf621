"""MLflow's page on this repository's runs.

Prints the address of every study's runs and opens that of the active one in a browser, if there
is a screen. MLflow's own first page shows nothing of them.
"""

from __future__ import annotations

import os
import sys
import time
import webbrowser
from contextlib import suppress
from urllib.error import URLError
from urllib.request import urlopen

from regscope.base.errors import RegscopeError
from regscope.base.lines import shown
from regscope.tracking import damage, standing, store, view

HOST = "127.0.0.1"
PORT = 5000
PREFIX = "regscope/"

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
        _show_server(uri)
        return
    file = store.database(uri)
    if file is not None and not file.exists():
        raise RegscopeError(f"{file}: not there yet; `make` logs a study into it")
    store.prepare_environment()
    server = f"http://{HOST}:{given}"
    addresses = [view.address(server, known) for known in _print_studies(uri, server)]
    if addresses:
        _open_when_ready(server, addresses[0])
    # Workers for jobs that nobody here starts.
    os.environ.setdefault("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
    os.execv(sys.executable, command(int(given)))


def _show_server(uri: str) -> None:
    print(f"runs are kept by a server, whose page is {store.shown(uri)}")
    study = _active()
    with suppress(standing.UnreachableError):
        found = standing.experiment(uri, f"{PREFIX}{study}")
        if found not in (None, standing.UNKNOWN):
            print(f"  {study}: {view.address(store.shown(uri), found[0])}")


def _print_studies(uri: str, server: str) -> list[str]:
    """Say where each study's runs are, the active study first; their experiments' ids."""
    try:
        found = experiments(uri)
    except Exception as error:
        # Drivers of databases and plugins raise whatever they like.
        raise RegscopeError(
            damage.advice(uri) or f"{store.shown(uri)}: {store.reason(error, uri)}"
        ) from error
    active = _active()
    ordered = sorted(found, key=lambda study: (study != active, study))
    print(f"MLflow's page: {server} (end it with Ctrl-C); the runs of", flush=True)
    for study in ordered:
        print(f"  {study}: {view.address(server, found[study])}", flush=True)
    if not found:
        print("  no study yet: `make` logs one", flush=True)
    return [found[study] for study in ordered]


def experiments(uri: str) -> dict[str, str]:
    """The ids of the studies' experiments; those logged before there was a view get one."""
    from mlflow import MlflowClient

    client = MlflowClient(uri)
    found = {}
    for experiment in client.search_experiments(filter_string=f"name LIKE '{PREFIX}%'"):
        study = experiment.name.removeprefix(PREFIX)
        found[study] = str(experiment.experiment_id)
        if view.TAG not in experiment.tags:
            client.set_experiment_tag(found[study], view.TAG, view.state(_measure(study)))
    return found


def _active() -> str:
    from regscope.study.params import load_params

    try:
        return load_params().study
    except RegscopeError:
        return ""


def _measure(study: str) -> str:
    """What a study compares, as far as params.yaml still has it."""
    from regscope.study.evaluation import EvaluationSettings
    from regscope.study.params import load_params

    try:
        evaluation = load_params().named(study).evaluation
    except RegscopeError:
        evaluation = EvaluationSettings()
    return evaluation.primary_measure


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

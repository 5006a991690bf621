"""MLflow's page on this repository's runs: `python -m regscope.tracking.ui [PORT]`."""

from __future__ import annotations

import os
import sys

from regscope.errors import RegscopeError, run
from regscope.tracking import store

HOST = "127.0.0.1"
PORT = 5000


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


def main() -> None:
    given = sys.argv[1:] or [str(PORT)]
    if len(given) != 1 or not given[0].isdecimal() or not 0 < int(given[0]) < 65536:
        raise RegscopeError(f"PORT = {' '.join(given)}: must be a whole number from 1 to 65535")
    uri = store.tracking_uri()
    if uri.startswith(("http://", "https://")):
        print(f"runs are kept by a server, whose page is {store.shown(uri)}")
        return
    file = store.database(uri)
    if file is not None and not file.is_file():
        raise RegscopeError(f"{file}: not there yet; `make` logs a study into it")
    print(f"MLflow's page: http://{HOST}:{given[0]} (end it with Ctrl-C)", flush=True)
    store.prepare_environment()
    # Workers for jobs that nobody here starts.
    os.environ.setdefault("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
    os.execv(sys.executable, command(int(given[0])))


if __name__ == "__main__":
    run(main)

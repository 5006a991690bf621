"""`regscope ui`."""

from __future__ import annotations

from typing import Annotated

import typer


def ui(
    port: Annotated[
        str, typer.Argument(metavar="PORT", help="From 1 to 65535; by default 5000.")
    ] = "",
) -> None:
    """Serve MLflow's page on the runs that are kept.

    On this machine alone. Prints the address of every study's runs and opens the active one's
    where there is a screen.

    \b
    Reads   the runs that are kept (docs/tracking.md), params.yaml
    Writes  what is done on the page
    Example regscope ui 5001
    """
    from regscope.tracking.ui import PORT, serve

    serve(port or str(PORT))

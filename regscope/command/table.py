"""`regscope table`."""

from __future__ import annotations

from typing import Annotated

import typer


def table(
    study: Annotated[
        str | None,
        typer.Argument(metavar="STUDY", help="By default the active one of params.yaml."),
    ] = None,
) -> None:
    """Print a study's accuracies and differences to none.

    \b
    Reads   params.yaml, metrics/studies/STUDY
    Writes  nothing
    Example regscope table mnist
    """
    from regscope.report.table import summary
    from regscope.study.params import load_params

    params = load_params()
    print(summary(params, study or params.study), end="")

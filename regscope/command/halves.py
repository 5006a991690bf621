"""`regscope halves`."""

from __future__ import annotations

from typing import Annotated

import typer


def halves(
    study: Annotated[str, typer.Argument(metavar="STUDY")],
    regs: Annotated[
        list[str] | None, typer.Argument(metavar="REG", help="By default all cells.")
    ] = None,
) -> None:
    """Measure how far seeds of one pool are from new data.

    Trains for about ten times as long as the study does.

    \b
    Reads   params.yaml, data/prepared/STUDY
    Writes  metrics/overlap/STUDY.csv and .json; checkpoints in .regscope/ until it is done
    Example regscope halves digits l2 dropout
    """
    from regscope.sweeps.halves import halve

    halve(study, regs or ())

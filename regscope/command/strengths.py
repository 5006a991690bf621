"""`regscope strengths`."""

from __future__ import annotations

from typing import Annotated

import typer


def strengths(
    study: Annotated[str, typer.Argument(metavar="STUDY")],
    family: Annotated[str, typer.Argument(metavar="FAMILY", help="The method: l1, l2 or dropout.")],
    tried: Annotated[
        list[float] | None, typer.Argument(metavar="STRENGTH", help="By default a fixed grid.")
    ] = None,
) -> None:
    """Choose a strength on validation.

    Trains with each and goes by the rule of docs/strengths.md.

    \b
    Reads   params.yaml, data/prepared/STUDY
    Writes  docs/strengths/STUDY-FAMILY.csv, of the grid; nothing of strengths that are given;
            checkpoints in .regscope/ until it is done
    Example regscope strengths mnist l1
    """
    from regscope.sweeps.strengths import choose_strength

    choose_strength(study, family, tried or ())

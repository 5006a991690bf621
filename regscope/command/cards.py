"""`regscope cards`."""

from __future__ import annotations

from typing import Annotated

import typer


def cards(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a page is not current.")
    ] = False,
) -> None:
    """Put the studies' results onto the pages in docs/.

    \b
    Reads   params.yaml, metrics/
    Writes  docs/regularizers/*.md, docs/statistics.md, docs/claims.md, between their marks
    Example regscope cards --check
    """
    from regscope.report.cards import rewrite

    rewrite(check)

"""`regscope readme`."""

from __future__ import annotations

from typing import Annotated

import typer


def readme(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if the block is not current.")
    ] = False,
) -> None:
    """Put the studies' results into README.md.

    \b
    Reads   params.yaml, claims.yaml, metrics/
    Writes  README.md, between the marks of its results
    Example regscope readme --check
    """
    from regscope.report.readme import rewrite

    rewrite(check)

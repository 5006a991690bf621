"""`regscope arithmetic`."""

from __future__ import annotations

from typing import Annotated

import typer


def arithmetic(
    write: Annotated[bool, typer.Option("--write", help="Make them the record.")] = False,
) -> None:
    """Print what portable arithmetic gives here.

    Each operation's bits stand beside those on record.

    \b
    Reads   regscope/arithmetic/answers.json
    Writes  nothing; with --write that file
    Example regscope arithmetic
    """
    from regscope.arithmetic.record import lines

    for line in lines(write):
        print(line)

"""The command `regscope`: a file a verb, which parses and calls; what it does lives in its room.

Nothing heavy is loaded before a verb needs it.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from regscope.base.errors import run
from regscope.command.arithmetic import arithmetic
from regscope.command.cards import cards
from regscope.command.export import export
from regscope.command.halves import halves
from regscope.command.readme import readme
from regscope.command.rederive import rederive
from regscope.command.review import review
from regscope.command.strengths import strengths
from regscope.command.studies import studies
from regscope.command.table import table
from regscope.command.ui import ui

VERBS = (
    *(table, review, export, ui),
    *(studies, strengths, halves),
    *(rederive, readme, cards, arithmetic),
)


class Ending(TyperGroup):
    """Verbs end as every command of ours does; typer, left alone, ends some errors in its way."""

    def invoke(self, ctx: Any) -> None:
        run(lambda: super(Ending, self).invoke(ctx))


app = typer.Typer(
    name="regscope",
    cls=Ending,
    help="What regularization really does to a neural network. Run it in the repository's root.",
    no_args_is_help=True,
    # Plain text in every terminal, and no other traceback than Python's.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for verb in VERBS:
    app.command()(verb)


def main() -> None:
    app(prog_name="regscope")

"""The command `regscope`: a file a verb, which parses and calls; what it does lives in its room.

Nothing heavy is loaded before a verb needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from regscope.base.errors import run
from regscope.base.lines import choose, told
from regscope.command.advise import advise
from regscope.command.arithmetic import arithmetic
from regscope.command.cards import cards
from regscope.command.export import export
from regscope.command.halves import halves
from regscope.command.new import new
from regscope.command.readme import readme
from regscope.command.rederive import rederive
from regscope.command.report import report
from regscope.command.review import review
from regscope.command.strengths import strengths
from regscope.command.studies import studies
from regscope.command.table import table
from regscope.command.train import train
from regscope.command.ui import ui

VERBS = (
    *(new, advise, train, table, report, review, export, ui),
    *(studies, strengths, halves),
    *(rederive, readme, cards, arithmetic),
)


class Ending(TyperGroup):
    """Verbs end as every command of ours does; typer, left alone, ends some errors in its way."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        asked = list(sys.argv[1:] if args is None else args) or ["--help"]
        try:
            ended = super().main(
                asked, prog_name, complete_var, False, windows_expand_args, **extra
            )
        except TyperException as error:
            if not standalone_mode:
                raise
            print(f"regscope: {self._told(error)}", file=sys.stderr)
            sys.exit(2)
        if standalone_mode:
            sys.exit(ended if isinstance(ended, int) else 0)
        return ended

    def _told(self, error: Any) -> str:
        """In one line, as all that is refused; with the verbs, or with where more is said."""
        verb = getattr(getattr(error, "ctx", None), "info_name", None)
        more = f"see: regscope {verb} --help" if verb in self.commands else choose(self.commands)
        return told(f"{error.format_message().rstrip('.')}; {more}")

    def invoke(self, ctx: Any) -> None:
        run(lambda: super(Ending, self).invoke(ctx))


app = typer.Typer(
    name="regscope",
    cls=Ending,
    help="What regularization really does to a neural network. Run it in the repository's root.",
    # Plain text in every terminal, and no other traceback than Python's.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for verb in VERBS:
    app.command()(verb)


def main() -> None:
    app(prog_name="regscope")

"""`regscope report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    study: Annotated[str, typer.Option(metavar="NAME", help="Whose page.")],
    pdf: Annotated[bool, typer.Option("--pdf", help="As a PDF, which is all there is so far.")],
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The PDF.", show_default="NAME.pdf")
    ] = None,
    browser: Annotated[
        str,
        typer.Option(
            metavar="PROGRAM",
            envvar="REGSCOPE_BROWSER",
            help="By default the first found: chromium, google-chrome, chrome, microsoft-edge.",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Print a study's page of the report as a PDF.

    By the browser that is there.

    \b
    Reads   params.yaml, report/NAME.html and its pictures (dvc repro makes them)
    Writes  the PDF
    Example regscope report --study mnist --pdf mnist.pdf
    """
    from regscope.report.printed import print_study

    del pdf
    print(print_study(study, file, browser))

"""`regscope review`."""

from __future__ import annotations

from typing import Annotated

import typer


def review(
    rev: Annotated[
        str, typer.Argument(metavar="REV", help="A branch, a tag or a commit.")
    ] = "main",
    other: Annotated[
        str | None, typer.Argument(metavar="OTHER", help="By default the working tree.")
    ] = None,
    images: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="OLD NEW",
            help="Prefixes of addresses where the files of both can be seen.",
        ),
    ] = None,
    no_dvc: Annotated[bool, typer.Option("--no-dvc", help="Leave `dvc metrics diff` out.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="All of it, also what is more than a comment holds.")
    ] = False,
) -> None:
    """Print what differs from a revision, in Markdown.

    Every difference is held against the noise of the seeds.

    \b
    Reads   git, params.yaml, metrics/, plots/; GITHUB_REPOSITORY for the addresses of pictures
    Writes  nothing
    Example regscope review main my-branch
    """
    from regscope.review.between import comment_between

    print(comment_between(rev, other, images, dvc=not no_dvc, full=full), end="")

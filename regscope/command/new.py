"""`regscope new`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from regscope.own.looked import Looked


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the study is called.")],
    table: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV, TSV or Parquet, compressed or not.")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="What is to be told, by its name or its number from 1."
        ),
    ] = None,
    test: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Further rows, which test.")
    ] = None,
    no_header: Annotated[
        bool, typer.Option("--no-header", help="The first line is a row; columns are 1, 2, ...")
    ] = False,
    task: Annotated[
        str | None, typer.Option(metavar="TASK", help="What the target is: classes or number.")
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Leave this column out.")
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Read it though it looks useless.")
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Its values are names, not sizes.")
    ] = None,
    group: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Rows of one value train or test together.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The latest rows test.")
    ] = None,
    stratify: Annotated[
        bool, typer.Option("--stratify", help="Every part has the target's shares.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="The study is there: take the file in anew.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be written, and write nothing.")
    ] = False,
) -> None:
    """Make a study of a file of one's own.

    \b
    Reads   the file, params.yaml
    Writes  params.yaml, studies/NAME/dvc.yaml, and the file below data/own, under DVC
    Example regscope new churn --table churn.csv --target churned
    """
    from regscope.base.errors import RegscopeError
    from regscope.own.block import block_text
    from regscope.own.writing import check_name, tried, write

    if table is None:
        raise RegscopeError("new: give --table FILE")
    check_name(name, again)
    looked = _table(
        name, table, target, test, no_header, task, drop, keep, category, group, time, stratify
    )
    for line in looked.told:
        print(line)
    for line in looked.warned:
        print(f"look: {line}")
    block = tried(looked)
    print("\n" + block_text(name, block), flush=True)
    if dry_run:
        print("nothing written (--dry-run)")
        return
    for line in write(name, looked, block, again):
        print(line)
    print(f"\nnext: dvc exp run -S study={name} -S reg={_first_cell(block)}")


def _table(
    name: str,
    table: Path,
    target: str | None,
    test: Path | None,
    no_header: bool,
    task: str | None,
    drop: list[str] | None,
    keep: list[str] | None,
    category: list[str] | None,
    group: str | None,
    time: str | None,
    stratify: bool,
) -> Looked:
    from regscope.base.errors import RegscopeError
    from regscope.own.tables import TableAsked, look_at_table

    if target is None:
        raise RegscopeError("new: give --target COLUMN, what is to be told from the others")
    if task not in (None, "classes", "number"):
        raise RegscopeError(f"--task {task}: choose from: classes, number")
    asked = TableAsked(
        header=not no_header,
        test=test,
        task=task,
        kinds=dict.fromkeys(category or (), "category"),
        drop=drop or (),
        keep=keep or (),
        group=group,
        time=time,
        stratify=stratify,
    )
    return look_at_table(table, name, target, asked)


def _first_cell(block: dict[str, object]) -> str:
    cells = block["regularizers"]
    assert isinstance(cells, dict)
    return next(str(cell) for cell in cells if cell != "none")

"""`regscope new`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
        typer.Option(metavar="COLUMN", help="Of a table: what is to be told."),
    ] = None,
    test: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Of a table: further rows, which test.")
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
    pictures: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A folder a class, or a zip archive of such."),
    ] = None,
    size: Annotated[
        int | None, typer.Option(metavar="SIDE", help="Of pictures: the side they are read at.")
    ] = None,
    skip_broken: Annotated[
        bool, typer.Option("--skip-broken", help="Leave out files that are no pictures.")
    ] = False,
    arrays: Annotated[
        Path | None, typer.Option(metavar="FILE", help="inputs and targets, .npz or .safetensors.")
    ] = None,
    torchvision: Annotated[
        str | None, typer.Option(metavar="SET", help="A data set of torchvision: KMNIST, say.")
    ] = None,
    network: Annotated[
        str | None, typer.Option(metavar="FILE:CLASS", help="A torch module of one's own.")
    ] = None,
    argument: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Of that module's constructor.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="The study is there: take the file in anew.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be written, and write nothing.")
    ] = False,
) -> None:
    """Make a study of a table, pictures or arrays of one's own.

    \b
    Reads   the file, params.yaml
    Writes  params.yaml, studies/NAME/dvc.yaml, and the file below data/own, under DVC
    Example regscope new churn --table churn.csv --target churned
    """
    import tempfile

    from regscope.base.errors import RegscopeError
    from regscope.own import writing
    from regscope.own.network import own_network

    given = {
        "--table": table, "--pictures": pictures, "--arrays": arrays, "--torchvision": torchvision,
    }  # fmt: skip
    kinds = [option for option, value in given.items() if value is not None]
    if len(kinds) != 1:
        raise RegscopeError(f"new: give one of {', '.join(given)}")
    _check_options(
        kinds[0],
        {
            "--table": {
                "--target": target, "--test": test, "--no-header": no_header, "--task": task,
                "--drop": drop, "--keep": keep, "--category": category, "--group": group,
                "--time": time, "--stratify": stratify,
            },
            "--pictures": {"--size": size, "--skip-broken": skip_broken},
        },
    )  # fmt: skip
    own = own_network(network, argument or ())
    writing.check_name(name, again)
    with tempfile.TemporaryDirectory() as folder:
        looked: Looked | None = None
        if table is not None:
            from regscope.own.table_asked import TableAsked
            from regscope.own.tables import look_at_table

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
            looked = look_at_table(table, name, target, asked)
        elif pictures is not None:
            from regscope.own.pictures import look_at_pictures

            looked = look_at_pictures(
                pictures, name, size=size, skip_broken=skip_broken, workspace=Path(folder)
            )
        elif arrays is not None:
            from regscope.own.arrays import look_at_arrays

            looked = look_at_arrays(arrays, name, workspace=Path(folder))
        if again:
            if looked is None:
                raise RegscopeError(
                    "--again: goes with a file of one's own, not with --torchvision"
                )
            writing.check_again(name, looked)
        block = _told(name, looked, torchvision, own, again)
        if dry_run:
            print("nothing written (--dry-run)")
            return
        if looked is not None:
            lines = writing.bring(name, looked, block, again)
        else:
            writing.enter(name, block)
            lines = writing.told_of(name)
        for line in lines:
            print(line)
    print(f"\nnext: dvc exp run -S study={name} -S reg={_first_cell(block)}")


def _check_options(kind: str, options: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse options that say nothing of what was given."""
    from regscope.base.errors import RegscopeError

    for of, values in options.items():
        wrong = [option for option, value in values.items() if value not in (None, False)]
        if of != kind and wrong:
            raise RegscopeError(f"{wrong[0]}: goes with {of}, not with {kind}")


def _told(
    name: str,
    looked: Looked | None,
    torchvision: str | None,
    network: Mapping[str, Any] | None,
    again: bool,
) -> Mapping[str, Any]:
    """The study's block, printed behind what was seen: the one that is there, with `again`."""
    from regscope.own.block import block_text
    from regscope.own.writing import tried
    from regscope.study.params import written_study

    if looked is not None:
        for line in looked.told:
            print(line)
        for line in looked.warned:
            print(f"look: {line}")
        if again:
            block = written_study(name)
            print("\n" + block_text(name, block), flush=True)
            return block
        study = tried(looked, network)
    else:
        from regscope.own.torchvision_sets import study_of_set

        study = study_of_set(torchvision or "", network)
    for cell, why in study.unfit.items():
        print(f"no cell {cell}: {why.removeprefix('the study: ')}")
    print("\n" + block_text(name, study.block), flush=True)
    return study.block


def _first_cell(block: Mapping[str, Any]) -> str:
    return next(str(cell) for cell in block["regularizers"] if cell != "none")

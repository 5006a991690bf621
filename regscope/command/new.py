"""`regscope new`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regscope.command import brought

if TYPE_CHECKING:
    from regscope.own.looked import Looked


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the study is called.")],
    table: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV, TSV or Parquet, compressed or not.")
    ] = None,
    target: brought.Target = None,
    test: brought.Test = None,
    no_header: brought.NoHeader = False,
    task: brought.Task = None,
    drop: brought.Drop = None,
    keep: brought.Keep = None,
    category: brought.Category = None,
    group: brought.Group = None,
    time: brought.Time = None,
    stratify: brought.Stratify = False,
    pictures: brought.Pictures = None,
    size: brought.Size = None,
    skip_broken: brought.SkipBroken = False,
    arrays: brought.Arrays = None,
    torchvision: Annotated[
        str | None, typer.Option(metavar="SET", help="A data set of torchvision: KMNIST, say.")
    ] = None,
    network: brought.Network = None,
    argument: brought.Argument = None,
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
    from regscope.base.errors import RegscopeError
    from regscope.own import writing
    from regscope.own.network import own_network

    given = {
        "--table": table, "--pictures": pictures, "--arrays": arrays, "--torchvision": torchvision,
    }  # fmt: skip
    kinds = [option for option, value in given.items() if value is not None]
    if len(kinds) != 1:
        raise RegscopeError(f"new: give one of {', '.join(given)}")
    of_table = brought.OfTable(
        target, test, no_header, task, drop, keep, category, group, time, stratify
    )
    of_pictures = brought.OfPictures(size, skip_broken)
    brought.check_options(kinds[0], of_table, of_pictures)
    own = own_network(network, argument or ())
    writing.check_name(name, again)
    if table is not None and target is None:
        raise RegscopeError("new: give --target COLUMN, what is to be told from the others")
    if torchvision is not None:
        if again:
            raise RegscopeError("--again: goes with a file of one's own, not with --torchvision")
        block = _of_set(name, torchvision, own)
        if not dry_run:
            writing.enter(name, block)
            _say(writing.told_of(name))
    else:
        with brought.looked_at(name, table, of_table, pictures, of_pictures, arrays) as looked:
            if again:
                writing.check_again(name, looked)
            block = _of_file(name, looked, own, again)
            if not dry_run:
                _say(writing.bring(name, looked, block, again))
    if dry_run:
        print("nothing written (--dry-run)")
    else:
        print(f"\nnext: dvc exp run -S study={name} -S reg={_first_cell(block)}")


def _of_file(
    name: str, looked: Looked, network: Mapping[str, Any] | None, again: bool
) -> Mapping[str, Any]:
    """The study's block, printed behind what was seen: the one that is there, with `again`."""
    from regscope.own.writing import tried
    from regscope.study.params import written_study

    brought.say(looked)
    if again:
        return _shown(name, written_study(name), {})
    study = tried(looked, network)
    return _shown(name, study.block, study.unfit)


def _of_set(name: str, of: str, network: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The block of a study of one of torchvision's sets, printed."""
    from regscope.own.torchvision_sets import study_of_set

    study = study_of_set(of, network)
    return _shown(name, study.block, study.unfit)


def _shown(name: str, block: Mapping[str, Any], unfit: Mapping[str, str]) -> Mapping[str, Any]:
    from regscope.own.block import block_text

    for cell, why in unfit.items():
        print(f"no cell {cell}: {why.removeprefix('the study: ')}")
    print("\n" + block_text(name, block), flush=True)
    return block


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _first_cell(block: Mapping[str, Any]) -> str:
    return next(str(cell) for cell in block["regularizers"] if cell != "none")

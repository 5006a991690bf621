"""`regscope advise`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from regscope.advice.asked import Asked
    from regscope.own.looked import Looked
    from regscope.study.params import Study

MINUTES = 10


def advise(
    what: Annotated[
        str | None, typer.Argument(metavar="[STUDY|FILE]", help="A study's name, or a table.")
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(metavar="N", help="How long it may take.", show_default=str(MINUTES)),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(metavar="T", help="Settings of each method, in place of --minutes."),
    ] = None,
    methods: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="These alone; by default all that fit.")
    ] = None,
    seeds: Annotated[int, typer.Option(metavar="S", help="Fresh ones, which judge.")] = 10,
    seed: Annotated[int, typer.Option(metavar="N", help="Where the search draws from.")] = 0,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Of a table: what is to be told.")
    ] = None,
    task: Annotated[
        str | None, typer.Option(metavar="TASK", help="What the target is: classes or number.")
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Of a table: leave it out.")
    ] = None,
    group: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Rows of one value train or test together.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The latest rows test.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A folder a class, in place of FILE.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Put STUDY_advised into params.yaml, to go on with.")
    ] = False,
) -> None:
    """Say which regularizer to use, and how sure that is.

    How strong, and what it buys: of a study, or of a file of one's own.

    \b
    Reads   params.yaml and the study's data, or the file
    Writes  metrics/advice/STUDY and plots/advice/STUDY, or of a file the folder NAME-advice;
            with --write params.yaml and the pipeline of STUDY_advised; below .regscope what is
            trained, until it is done
    Example regscope advise churn.csv --target churned --minutes 2
    """
    from regscope.advice.asked import Asked
    from regscope.base.errors import RegscopeError

    asked = Asked(
        trials=trials,
        minutes=MINUTES if minutes is None and trials is None else minutes,
        methods=tuple(methods.split(",")) if methods else (),
        seed=seed,
        test_seeds=seeds,
    )
    if (what is None) == (pictures is None):
        raise RegscopeError("advise: give a study, a table or --pictures DIR")
    of_table = {"--task": task, "--drop": drop, "--group": group, "--time": time}
    if target is None and any(of_table.values()):
        option = next(name for name, value in of_table.items() if value)
        raise RegscopeError(f"{option}: goes with a table and --target")
    if write and (pictures is not None or target is not None):
        raise RegscopeError("--write: goes with a study; regscope new makes one of a file")
    if pictures is not None:
        _of_pictures(pictures, asked)
    elif target is not None:
        from regscope.own.table_asked import TableAsked

        if task not in (None, "classes", "number"):
            raise RegscopeError(f"--task {task}: choose from: classes, number")
        _of_table(
            Path(what or ""),
            target,
            TableAsked(task=task, drop=drop or (), group=group, time=time),
            asked,
        )
    else:
        _of_study(what or "", asked, write)


def _of_study(name: str, asked: Asked, write: bool) -> None:
    from regscope.base import paths
    from regscope.base.errors import RegscopeError
    from regscope.pipelines.prepare import prepare
    from regscope.study.params import load_params

    if Path(name).is_file():
        raise RegscopeError(f"{name}: give --target COLUMN, what is to be told from the others")
    study = load_params().named(name)
    if write:
        _check_room(name)
    prepare([name])
    found = _advise(
        name, study, paths.prepared(name), asked, paths.advice(name), paths.advice_plots(name)
    )
    if write:
        _write(name, found)


def _advised(name: str) -> str:
    return f"{name}_advised"


def _check_room(name: str) -> None:
    """Before anything is searched: whether the study to be written has its name to itself."""
    from regscope.own.writing import check_name

    check_name(_advised(name), again=False)


def _write(name: str, found: Mapping[str, Any]) -> None:
    from regscope.own.writing import enter, told_of
    from regscope.report.advised import as_study
    from regscope.study.params import written_study

    block = as_study(found, written_study(name))
    if "advised" not in block["regularizers"]:
        print("\nnothing written: no regularizer is advised, and the study has none")
        return
    enter(_advised(name), block)
    print("\n" + "\n".join(told_of(_advised(name))))
    print(f"next: dvc exp run -S study={_advised(name)} -S reg=advised")


def _of_table(file: Path, target: str, table: object, asked: Asked) -> None:
    from regscope.own.table_asked import TableAsked
    from regscope.own.tables import look_at_table

    assert isinstance(table, TableAsked)
    name = _named(file)
    _of_looked(name, look_at_table(file, name, target, table), asked)


def _of_pictures(folder: Path, asked: Asked) -> None:
    import tempfile

    from regscope.own.pictures import look_at_pictures

    name = _named(folder)
    with tempfile.TemporaryDirectory() as workspace:
        _of_looked(name, look_at_pictures(folder, name, workspace=Path(workspace)), asked)


def _named(path: Path) -> str:
    """A file's own name as one of a study."""
    import re

    stem = path.name.partition(".")[0]
    return re.sub(r"[^A-Za-z0-9_]", "_", stem).strip("_") or "data"


def _of_looked(name: str, looked: Looked, asked: Asked) -> None:
    from regscope.own.brought import brought

    for line in looked.told:
        print(line)
    for line in looked.warned:
        print(f"look: {line}")
    study, prepared = brought(looked)
    folder = Path(f"{name}-advice")
    _advise(name, study, prepared, asked, folder, folder, inside=False)


def _advise(
    name: str,
    study: Study,
    prepared: Path,
    asked: Asked,
    folder: Path,
    plots: Path,
    inside: bool = True,
) -> Mapping[str, Any]:
    import textwrap

    from regscope.advice.advise import advising
    from regscope.advice.output import store
    from regscope.advice.results import data
    from regscope.command.progress import bar
    from regscope.report.advice_page import PAGE_FILE, write_page
    from regscope.report.advised import answer, table, to_go_on
    from regscope.report.render import plain_text

    with bar(name) as (say, told), advising(name, study, prepared, asked, say, told) as advice:
        store(name, advice, folder)
        found = data(name, advice)
        write_page(found, folder, plots, inside)
    print("\n" + plain_text(table(found)))
    print(textwrap.fill(" ".join(answer(found)), 100))
    again = f"--trials {found['trials']}"
    print(f"\n{found['networks']:,} networks; the same again: {again}; {folder / PAGE_FILE}")
    print(f"To go on with it:\n\n{textwrap.indent(to_go_on(found), '  ')}")
    return found

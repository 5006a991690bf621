"""`regscope advise`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from regscope.command import brought

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
    part: Annotated[
        int | None,
        typer.Option(metavar="N", help="Train on so many of the examples, for as many updates."),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Put STUDY_advised into params.yaml, to go on with.")
    ] = False,
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
) -> None:
    """Say which regularizer to use, and how sure that is.

    How strong, and what it buys: of a study, or of a file of one's own.

    \b
    Reads   params.yaml and the study's data, or the file
    Writes  metrics/advice/STUDY and plots/advice/STUDY, the ranks over all studies, a run in
            MLflow; or of a file the folder NAME-advice;
            with --write params.yaml and the pipeline of STUDY_advised; below .regscope what is
            trained, until it is done
    Example regscope advise churn.csv --target churned --minutes 2
    """
    from regscope.advice.asked import Asked
    from regscope.base.errors import RegscopeError
    from regscope.command.advising import of_looked, of_study

    asked = Asked(
        trials=trials,
        minutes=MINUTES if minutes is None and trials is None else minutes,
        methods=tuple(method.strip() for method in methods.split(",")) if methods else (),
        seed=seed,
        test_seeds=seeds,
        part=part,
    )
    given = [one for one in (what, pictures, arrays) if one is not None]
    if len(given) != 1:
        raise RegscopeError("advise: give a study, a table, --pictures DIR or --arrays FILE")
    table = Path(what) if what is not None and target is not None else None
    kinds = {"--table": table, "--pictures": pictures, "--arrays": arrays}
    kind = next((option for option, file in kinds.items() if file is not None), None)
    of_table = brought.OfTable(
        target, test, no_header, task, drop, keep, category, group, time, stratify
    )
    of_pictures = brought.OfPictures(size, skip_broken)
    brought.check_options(kind, of_table, of_pictures)
    if kind is None:
        of_study(str(what), asked, write)
        return
    if write:
        raise RegscopeError("--write: goes with a study; regscope new makes one of a file")
    name = _called(next(file for file in kinds.values() if file is not None))
    with brought.looked_at(name, table, of_table, pictures, of_pictures, arrays) as looked:
        brought.say(looked)
        of_looked(name, looked, asked)


def _called(file: Path) -> str:
    """Its own name as one of a study."""
    import re

    stem = file.name.partition(".")[0]
    return re.sub(r"[^A-Za-z0-9_]", "_", stem).strip("_") or "data"

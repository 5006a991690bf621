"""`regscope studies`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from regscope.study.params import Params


def studies(
    active: Annotated[bool, typer.Option("--active", help="Print the active study alone.")] = False,
    activate: Annotated[
        str | None, typer.Option(metavar="STUDY", help="Make this study the active one.")
    ] = None,
    with_data: Annotated[
        bool,
        typer.Option("--with-data", help="Leave out, and say so, whose own data are not here."),
    ] = False,
    write: Annotated[
        bool, typer.Option("--pipelines", help="Write the pipeline of each, as a new one needs it.")
    ] = False,
    describe: Annotated[
        bool, typer.Option("--describe", help="Look at the public tables anew: fetch, describe.")
    ] = False,
) -> None:
    """Print the names of all studies.

    \b
    Reads   params.yaml; for --pipelines rates/params.yaml, too
    Writes  nothing; --activate params.yaml, --pipelines studies/*/dvc.yaml and rates/*/dvc.yaml,
            --describe regscope/datasets/described
    Example regscope studies --activate mnist
    """
    from regscope import pipelines
    from regscope.base import paths
    from regscope.base.errors import RegscopeError
    from regscope.base.files import write_text
    from regscope.study.params import load_params

    if active + with_data + write + describe + (activate is not None) > 1:
        raise RegscopeError(
            "one of --active, --activate, --with-data, --pipelines and --describe at a time"
        )
    if describe:
        from regscope.own import public

        public.describe()
        return
    params = load_params()
    if activate is not None:
        params.named(activate)
        write_text(paths.PARAMS, activated(paths.PARAMS.read_text(), activate))
    elif write:
        wanted = all_pipelines(params)
        for path in pipelines.write(wanted):
            print(f"{path} written")
        for path in pipelines.superfluous(wanted):
            path.unlink()
            print(f"{path} removed")
    elif active:
        print(params.study)
    elif with_data:
        absent = without_data(params)
        for study, file in absent.items():
            print(f"{study}: left out: {file} is not here", file=sys.stderr)
        print(*(study for study in params.studies if study not in absent), sep="\n")
    else:
        print(*params.studies, sep="\n")


def without_data(params: Params) -> dict[str, Path]:
    """The studies of people's own files that are not here, each with the first such file."""
    absent = {
        name: [file for file in study.data.own_files if not file.is_file()]
        for name, study in params.studies.items()
    }
    return {name: files[0] for name, files in absent.items() if files}


def activated(text: str, study: str) -> str:
    """The text of params.yaml with another active study, all else as it was.

    Raises RegscopeError where its line is written in another way than `study: NAME`.
    """
    from regscope.base import paths
    from regscope.base.errors import RegscopeError
    from regscope.base.yaml_files import parse_yaml

    found = re.sub(r"^study:.*$", f"study: {study}", text, count=1, flags=re.MULTILINE)
    before, after = (parse_yaml(one, str(paths.PARAMS)) for one in (text, found))
    if after != before | {"study": study}:
        raise RegscopeError(
            f"{paths.PARAMS}: has no line `study: NAME` that can be replaced; write it so, or set"
            f" study to {study} by hand"
        )
    return found


def all_pipelines(params: Params) -> dict[Path, str]:
    """`{file: text}` of every study, and of every grid that rates/params.yaml names."""
    from regscope import pipelines
    from regscope.base import paths
    from regscope.rates.settings import load_rates

    grids = load_rates(params).studies if paths.RATES_PARAMS.is_file() else ()
    studies = pipelines.study_pipelines(
        params.studies, params.tasks, params.own_files, params.model_files
    )
    return studies | pipelines.rates_pipelines(grids, params.model_files)

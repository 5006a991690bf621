"""The studies of params.yaml by name: `python -m regscope.command.studies`.

Without options it prints every name, for loops over all studies. `--pipelines` writes the pipeline
of each, as a new study needs it.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from regscope import pipelines
from regscope.base import paths
from regscope.base.errors import run
from regscope.base.files import write_text
from regscope.rates.settings import load_rates
from regscope.study.params import Params, load_params


def activated(text: str, study: str) -> str:
    """The text of params.yaml with another active study, all else as it was."""
    return re.sub(r"^study:.*$", f"study: {study}", text, count=1, flags=re.MULTILINE)


def all_pipelines(params: Params) -> dict[Path, str]:
    """`{file: text}` of every study, and of every grid that rates/params.yaml names."""
    grids = load_rates(params).studies if paths.RATES_PARAMS.is_file() else ()
    return pipelines.study_pipelines(params.studies) | pipelines.rates_pipelines(grids)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m regscope.command.studies", description=__doc__)
    parser.add_argument("--active", action="store_true", help="print the active study")
    parser.add_argument("--activate", metavar="STUDY", help="make this study the active one")
    parser.add_argument("--pipelines", action="store_true", help="write the studies' pipelines")
    arguments = parser.parse_args()
    params = load_params()
    if arguments.activate:
        params.named(arguments.activate)
        write_text(paths.PARAMS, activated(paths.PARAMS.read_text(), arguments.activate))
    elif arguments.pipelines:
        wanted = all_pipelines(params)
        for path in pipelines.write(wanted):
            print(f"{path} written")
        for path in pipelines.superfluous(wanted):
            path.unlink()
            print(f"{path} removed")
    elif arguments.active:
        print(params.study)
    else:
        print(*params.studies, sep="\n")


if __name__ == "__main__":
    run(main)

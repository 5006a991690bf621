"""The studies of params.yaml by name: `python -m regscope.studies [--active | --activate STUDY]`.

Without options it prints every name, for loops over all studies.
"""

from __future__ import annotations

import argparse
import re

from regscope import paths
from regscope.errors import run
from regscope.files import write_text
from regscope.params import load_params


def activated(text: str, study: str) -> str:
    """The text of params.yaml with another active study, all else as it was."""
    return re.sub(r"^study:.*$", f"study: {study}", text, count=1, flags=re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m regscope.studies", description=__doc__)
    parser.add_argument("--active", action="store_true", help="print the active study")
    parser.add_argument("--activate", metavar="STUDY", help="make this study the active one")
    arguments = parser.parse_args()
    params = load_params()
    if arguments.activate:
        params.named(arguments.activate)
        write_text(paths.PARAMS, activated(paths.PARAMS.read_text(), arguments.activate))
    elif arguments.active:
        print(params.study)
    else:
        print(*params.studies, sep="\n")


if __name__ == "__main__":
    run(main)

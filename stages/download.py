"""Fetch a study's verified files: `python -m stages.download STUDY`."""

import sys

from regscope import paths
from regscope.errors import run
from regscope.files import whole_folder
from regscope.params import load_params


def main() -> None:
    name = sys.argv[1]
    with whole_folder(paths.raw(name)) as folder:
        load_params().studies[name].data.download(folder)


if __name__ == "__main__":
    run(main)

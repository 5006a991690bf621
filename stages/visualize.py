"""Draw a study's figures and the tables of `dvc plots`: `python -m stages.visualize STUDY`."""

import sys

from regscope import paths
from regscope.errors import run
from regscope.files import whole_folder
from regscope.params import load_params


def main() -> None:
    from regscope.figures import data, study

    name = sys.argv[1]
    loaded = data.load(name, load_params())
    with whole_folder(paths.plots(name)) as folder:
        study.write(loaded, folder)


if __name__ == "__main__":
    run(main)

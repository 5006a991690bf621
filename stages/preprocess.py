"""Turn a study's files into tensors: `python -m stages.preprocess STUDY`."""

import sys

from regscope import paths
from regscope.errors import run
from regscope.files import whole_folder
from regscope.params import load_params


def main() -> None:
    name = sys.argv[1]
    dataset = load_params().studies[name].data.prepare(paths.raw(name))
    with whole_folder(paths.prepared(name)) as folder:
        dataset.save(folder)


if __name__ == "__main__":
    run(main)

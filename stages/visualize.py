"""Draw a study's figures and the tables of `dvc plots`: `python -m stages.visualize STUDY`."""

from regscope.base import paths
from regscope.base.errors import run
from regscope.base.folders import whole_folder
from stages.arguments import study_argument


def main() -> None:
    from regscope.figures import data, study

    name, _, params = study_argument()
    loaded = data.load(name, params)
    with whole_folder(paths.plots(name)) as folder:
        study.write(loaded, folder)


if __name__ == "__main__":
    run(main)

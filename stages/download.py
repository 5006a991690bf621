"""Fetch a study's verified files: `python -m stages.download STUDY`."""

from regscope.base import paths
from regscope.base.errors import run
from regscope.base.folders import whole_folder
from stages.arguments import study_argument


def main() -> None:
    name, study, _ = study_argument()
    with whole_folder(paths.raw(name)) as folder:
        study.data.download(folder)


if __name__ == "__main__":
    run(main)

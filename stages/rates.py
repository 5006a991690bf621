"""Gather a study's cells at their best learning rates: `python -m stages.rates STUDY`.

DVC knows of none of the files written here, so that the pipeline of dvc.yaml, which reads them,
never trains a grid; what is as it was keeps its time, so that nothing is made again for it.
"""

import shutil

from regscope.base import paths
from regscope.base.errors import run
from regscope.base.files import update_folder
from regscope.rates.gather import files, gather
from regscope.rates.settings import load_rates
from stages.arguments import study_argument


def main() -> None:
    name, study, params = study_argument()
    grid = load_rates(params).named(name)
    for folder in paths.DATA.glob(f"rates/{name}/*"):
        # DVC keeps the folder of a cell that was taken out.
        if folder.is_dir() and folder.name not in study.cells:
            shutil.rmtree(folder)
    contents = files(gather(name, study, grid))
    update_folder(
        paths.rates_summary(name), {file: text.encode() for file, text in contents.items()}
    )


if __name__ == "__main__":
    run(main)

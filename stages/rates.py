"""Gather a study's cells at their best learning rates: `python -m stages.rates STUDY`.

DVC knows of none of the files written here, so that the pipeline of dvc.yaml, which reads them,
never trains a grid.
"""

import shutil

from regscope import paths
from regscope.errors import run
from regscope.files import write_text
from regscope.params import load_params
from regscope.rates.gather import files, gather
from regscope.rates.settings import load_rates
from stages.arguments import study_argument


def main() -> None:
    name, study, params = study_argument()
    grid = load_rates(load_params()).named(name)
    for folder in paths.DATA.glob(f"rates/{name}/*"):
        # DVC keeps the folders of a cell that was taken out of `regs`.
        if folder.is_dir() and folder.name not in params.regs:
            shutil.rmtree(folder)
    target = paths.rates_summary(name)
    target.mkdir(parents=True, exist_ok=True)
    contents = files(gather(name, study, grid))
    for path in target.iterdir():
        if path.name not in contents:
            path.unlink()
    for file, text in contents.items():
        # What is as it was keeps its time, so that nothing is made again for it.
        path = target / file
        if not path.is_file() or path.read_text() != text:
            write_text(path, text)


if __name__ == "__main__":
    run(main)

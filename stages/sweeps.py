"""Gather a study's paths and pairs and draw them: `python -m stages.sweeps STUDY`.

DVC knows of none of the files written here, so that the pipeline of dvc.yaml, which reads them,
never trains a path; what is as it was keeps its time, so that nothing is made again for it.
"""

import shutil

from regscope.base import paths
from regscope.base.errors import run
from regscope.base.files import update_folder
from regscope.sweeps.gather import files, gather
from regscope.sweeps.settings import Sweep
from stages.sweep_arguments import sweep_argument


def main() -> None:
    from regscope.figures import pairs
    from regscope.figures import paths as path_figure
    from regscope.figures.style import render

    name, study, sweep = sweep_argument()
    _remove_families_not_in(sweep, name)
    results = gather(name, study, sweep)
    tables = {file: text.encode() for file, text in files(results).items()}
    figures = {"paths.png": render(path_figure.draw, results)}
    if results.pairs is not None:
        figures["pairs.png"] = render(pairs.draw, results)
    update_folder(paths.sweep_summary(name), tables)
    update_folder(paths.sweep_plots(name), figures)


def _remove_families_not_in(sweep: Sweep, name: str) -> None:
    """DVC keeps the folders of a family that was taken out of `families`."""
    for folder in paths.DATA.glob(f"paths/{name}/*"):
        if folder.is_dir() and folder.name not in sweep.families:
            shutil.rmtree(folder)


if __name__ == "__main__":
    run(main)

"""Measure the cells of a study that have changed: `python -m stages.evaluate STUDY [REG]`."""

import sys

from regscope.base.errors import run
from regscope.engine.local import start_server
from regscope.evaluation.study import measure_study
from stages.arguments import cell_arguments, study_argument


def main() -> None:
    start_server()
    if len(sys.argv) == 3:
        name, study, reg = cell_arguments()
        measure_study(name, study, [reg])
    else:
        name, study, _ = study_argument()
        measure_study(name, study, study.cells)


if __name__ == "__main__":
    run(main)

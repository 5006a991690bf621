"""Measure the cells of a study that have changed: `python -m stages.evaluate STUDY [REG]`."""

from regscope.base.errors import run
from regscope.engine.local import start_server
from regscope.evaluation.study import measure_study
from stages.arguments import chosen_cells


def main() -> None:
    start_server()
    measure_study(*chosen_cells())


if __name__ == "__main__":
    run(main)

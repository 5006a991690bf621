"""Measure the cells of a study, those alone that have changed: `python -m stages.evaluate STUDY`."""

from regscope.errors import run
from regscope.evaluation.study import measure_study
from regscope.training.workers import start_server
from stages.arguments import study_argument


def main() -> None:
    start_server()
    name, study, _ = study_argument()
    measure_study(name, study)


if __name__ == "__main__":
    run(main)

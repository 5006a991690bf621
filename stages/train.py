"""Train the cells of a study that have changed: `python -m stages.train STUDY [REG]`."""

from regscope.base.errors import run
from regscope.engine.study import train_study
from stages.arguments import chosen_cells


def main() -> None:
    train_study(*chosen_cells())


if __name__ == "__main__":
    run(main)

"""Train all seeds of one cell: `python -m stages.train STUDY REG`."""

import time

from regscope.base import paths
from regscope.base.environment import environment
from regscope.base.errors import run
from regscope.base.files import write_json, write_text
from regscope.base.folders import whole_folder
from regscope.base.tensors import write_tensors
from regscope.engine.cell import training_cell
from regscope.measures.catalog import named
from regscope.study.networks import MODEL_FILE
from regscope.tasks import task_of
from regscope.training import history
from stages.arguments import cell_arguments


def main() -> None:
    name, study, reg = cell_arguments()
    target = paths.model(name, reg)
    if reg not in study.cells:
        with whole_folder(target):
            print(f"{name} has no cell {reg} (null in params.yaml)")
        return
    task = task_of(study.data)
    started = time.monotonic()
    # Checkpoints go last: when the networks are in place.
    with (
        training_cell(study, reg, paths.prepared(name), f"{name}/{reg}") as trained,
        whole_folder(target) as folder,
    ):
        write_tensors(folder / MODEL_FILE, trained.state)
        columns = history.columns(task, [study.training])
        lines = history.to_csv(columns, trained.seeds, trained.history)
        write_text(folder / paths.HISTORY_FILE, lines)
        used = environment(
            trained.device, study.training.precision, trained.arithmetic, trained.processors
        )
        write_json(folder / paths.ENVIRONMENT, used)
    score = trained.history[task.history.index(f"holdout_{task.score}"), :, -1]
    measure = named(task.measure)
    lowest, mean, highest = map(measure.told, (score.min(), score.mean(), score.max()))
    print(
        f"{name}/{reg}: {len(trained.seeds)} seeds, {study.training.epochs} epochs,"
        f" {time.monotonic() - started:.1f} s; {measure.phrase}"
        f" {mean} (seeds from {lowest} to {highest})"
    )


if __name__ == "__main__":
    run(main)

"""Train all seeds of one cell: `python -m stages.train STUDY REG`."""

import time

from regscope.base import paths
from regscope.base.environment import environment
from regscope.base.errors import run
from regscope.base.files import write_json, write_text
from regscope.base.folders import whole_folder
from regscope.base.tensors import write_tensors
from regscope.engine.cell import training_cell
from regscope.engine.local import start_server
from regscope.study.networks import MODEL_FILE
from regscope.training import history
from stages.arguments import cell_arguments


def main() -> None:
    start_server()
    name, study, reg = cell_arguments()
    target = paths.model(name, reg)
    if reg not in study.cells:
        with whole_folder(target):
            print(f"{name} has no cell {reg} (null in params.yaml)")
        return
    started = time.monotonic()
    # Checkpoints go last: when the networks are in place.
    with (
        training_cell(study, reg, paths.prepared(name), f"{name}/{reg}") as trained,
        whole_folder(target) as folder,
    ):
        write_tensors(folder / MODEL_FILE, trained.state)
        write_text(folder / paths.HISTORY_FILE, history.to_csv(trained.seeds, trained.history))
        used = environment(trained.device, study.training.precision, trained.arithmetic)
        write_json(folder / paths.ENVIRONMENT, used)
    accuracy = trained.history[history.COLUMNS.index("holdout_accuracy"), :, -1]
    print(
        f"{name}/{reg}: {len(trained.seeds)} seeds, {study.training.epochs} epochs,"
        f" {time.monotonic() - started:.1f} s; test accuracy"
        f" {accuracy.mean():.2%} (seeds from {accuracy.min():.2%} to {accuracy.max():.2%})"
    )


if __name__ == "__main__":
    run(main)

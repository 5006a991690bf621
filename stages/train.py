"""Train all seeds of one cell: `python -m stages.train STUDY REG`."""

import time

from regscope import paths
from regscope.environment import environment
from regscope.errors import run
from regscope.files import whole_folder, write_json, write_tensors, write_text
from regscope.networks import MODEL_FILE
from regscope.tracking.live import following
from regscope.training import history
from regscope.training.cell import train_cell
from regscope.training.workers import start_server
from stages.arguments import cell_arguments


def main() -> None:
    start_server()
    name, study, reg = cell_arguments()
    with whole_folder(paths.model(name, reg)) as folder:
        if reg not in study.cells:
            paths.mark_absent(folder, name, reg)
            return
        started = time.monotonic()
        with following(name, reg) as stream:
            trained = train_cell(
                study, reg, paths.prepared(name), f"{name}/{reg}", watch=stream.add
            )
        write_tensors(folder / MODEL_FILE, trained.state)
        write_text(folder / "history.csv", history.to_csv(trained.seeds, trained.history))
        write_json(
            folder / "environment.json", environment(trained.device, study.training.precision)
        )
    accuracy = trained.history[history.COLUMNS.index("holdout_accuracy"), :, -1]
    print(
        f"{name}/{reg}: {len(trained.seeds)} seeds, {study.training.epochs} epochs,"
        f" {time.monotonic() - started:.1f} s; test accuracy"
        f" {accuracy.mean():.2%} (seeds from {accuracy.min():.2%} to {accuracy.max():.2%})"
    )


if __name__ == "__main__":
    run(main)

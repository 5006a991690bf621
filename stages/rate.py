"""Train one cell over the study's learning rates: `python -m stages.rate STUDY REG`."""

import time

from regscope.base import paths
from regscope.base.environment import environment
from regscope.base.errors import run
from regscope.base.files import write_csv, write_json
from regscope.base.folders import whole_folder
from regscope.engine.local import start_server
from regscope.measures.catalog import ACCURACY
from regscope.rates.gather import CHOSEN_FILE, SEARCH_FILE
from regscope.rates.search import at_best, ranked, search
from regscope.rates.settings import load_rates
from regscope.study.params import load_params
from stages.arguments import cell_arguments


def main() -> None:
    start_server()
    name, study, reg = cell_arguments()
    grid = load_rates(load_params()).named(name)
    with whole_folder(paths.rate_measures(name, reg)) as folder:
        if reg not in study.cells:
            print(f"{name} has no cell {reg} (null in params.yaml)")
            return
        started = time.monotonic()
        data, label = paths.prepared(name), f"{name}/{reg}"
        rows = search(study, reg, grid, data, label)
        best = at_best(study, reg, ranked(rows), data, label)
        write_csv(folder / SEARCH_FILE, rows)
        write_csv(folder / paths.SEEDS_FILE, best.rows)
        write_json(
            folder / CHOSEN_FILE,
            {"learning_rate": best.setting.learning_rate, "epochs": best.setting.epochs},
        )
        used = environment(best.device, study.training.precision, best.arithmetic, best.processors)
        write_json(folder / paths.ENVIRONMENT, used)
    mean = sum(row[ACCURACY] for row in best.rows) / len(best.rows)
    print(
        f"{label}: {len(grid.learning_rates)} learning rates; at {best.setting.learning_rate:g}"
        f" after {best.setting.epochs} epochs test accuracy {mean:.2%}"
        f" ({time.monotonic() - started:.1f} s)"
    )


if __name__ == "__main__":
    run(main)

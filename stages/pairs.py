"""Train and measure every two methods together and alone: `python -m stages.pairs STUDY`."""

import time

from regscope import paths
from regscope.errors import run
from regscope.files import whole_folder, write_csv, write_json
from regscope.sweeps.gather import ENVIRONMENT_FILE, PAIRS_FILE
from regscope.sweeps.pairs import measure_pairs, pairs_of
from regscope.training.workers import start_server
from stages.sweep_arguments import sweep_argument


def main() -> None:
    start_server()
    name, study, sweep = sweep_argument()
    with whole_folder(paths.pair_measures(name)) as folder:
        if sweep.pairs is None:
            paths.mark_unswept(folder, name, "pairs")
            return
        started = time.monotonic()
        pairs = pairs_of(study, sweep.pairs.methods, sweep.pairs.seeds)
        measured, rows = measure_pairs(name, pairs, f"{name}/pairs")
        write_csv(folder / PAIRS_FILE, rows)
        write_json(folder / ENVIRONMENT_FILE, measured.environment)
    print(
        f"{name}/pairs: {len(pairs.parts)} cells, {sweep.pairs.seeds} seeds,"
        f" {time.monotonic() - started:.1f} s"
    )


if __name__ == "__main__":
    run(main)

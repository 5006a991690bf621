"""Train and measure every two methods together and alone: `python -m stages.pairs STUDY`."""

import time

from regscope.base import paths
from regscope.base.errors import run
from regscope.base.files import write_csv, write_json
from regscope.base.folders import whole_folder
from regscope.engine.local import start_server
from regscope.sweeps.gather import PAIRS_FILE
from regscope.sweeps.pairs import measure_pairs, pairs_of
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
        write_json(folder / paths.ENVIRONMENT, measured.environment)
    print(
        f"{name}/pairs: {len(pairs.parts)} cells, {sweep.pairs.seeds} seeds,"
        f" {time.monotonic() - started:.1f} s"
    )


if __name__ == "__main__":
    run(main)

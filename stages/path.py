"""Train and measure one family over its strengths: `python -m stages.path STUDY FAMILY`."""

import time

from regscope import paths
from regscope.errors import run
from regscope.files import whole_folder, write_csv, write_json
from regscope.sweeps.gather import ENVIRONMENT_FILE, PATH_FILE
from regscope.sweeps.path import measure_path, path_of
from regscope.training.workers import start_server
from stages.sweep_arguments import path_arguments


def main() -> None:
    start_server()
    name, study, sweep, family, settings = path_arguments()
    with whole_folder(paths.path_measures(name, family)) as folder:
        if settings is None:
            paths.mark_unswept(folder, name, family)
            return
        started = time.monotonic()
        path = path_of(study, family, settings, sweep.seeds)
        measured, rows = measure_path(name, path, f"{name}/{family}")
        write_csv(folder / PATH_FILE, rows)
        write_json(folder / ENVIRONMENT_FILE, measured.environment)
    print(
        f"{name}/{family}: {len(path.strengths)} strengths, {sweep.seeds} seeds,"
        f" {time.monotonic() - started:.1f} s"
    )


if __name__ == "__main__":
    run(main)

"""Train and measure one family over its strengths: `python -m stages.path STUDY FAMILY`."""

import time

from regscope.base import paths
from regscope.base.errors import run
from regscope.base.files import write_csv, write_json
from regscope.base.folders import whole_folder
from regscope.engine.local import start_server
from regscope.sweeps.gather import PATH_FILE
from regscope.sweeps.path import measure_path, path_of
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
        write_json(folder / paths.ENVIRONMENT, measured.environment)
    print(
        f"{name}/{family}: {len(path.strengths)} strengths, {sweep.seeds} seeds,"
        f" {time.monotonic() - started:.1f} s"
    )


if __name__ == "__main__":
    run(main)

"""Gather a study's evaluated cells into metrics/: `python -m stages.summarize STUDY`."""

import shutil

from regscope import paths, results
from regscope.datasets.base import DESCRIPTION_FILE
from regscope.errors import run
from regscope.files import whole_folder, write_json
from regscope.params import written_study
from regscope.results.digests import write_digests
from stages.arguments import study_argument


def main() -> None:
    name, study, _ = study_argument()
    gathered = results.gather(name, study)
    with whole_folder(paths.summary(name)) as folder:
        results.write(gathered, folder)
        write_json(folder / results.SETTINGS_FILE, written_study(name))
        shutil.copyfile(paths.prepared(name) / DESCRIPTION_FILE, folder / DESCRIPTION_FILE)
        results.write_environment(results.gather_environment(name, study), folder, name)
        write_digests(folder)


if __name__ == "__main__":
    run(main)

"""Gather a study's evaluated cells into metrics/: `python -m stages.summarize STUDY`."""

import shutil

from regscope import results
from regscope.base import paths
from regscope.base.errors import run
from regscope.base.files import write_json
from regscope.base.folders import whole_folder
from regscope.datasets.base import DESCRIPTION_FILE
from regscope.results.digests import write_digests
from regscope.study.params import written_study
from stages.arguments import study_argument


def main() -> None:
    name, study, _ = study_argument()
    gathered = results.gather(name, study)
    with whole_folder(paths.summary(name)) as folder:
        results.write(gathered, folder)
        write_json(folder / paths.SETTINGS_FILE, written_study(name))
        shutil.copyfile(paths.prepared(name) / DESCRIPTION_FILE, folder / DESCRIPTION_FILE)
        results.write_environment(results.gather_environment(name, study), folder, name)
        write_digests(folder)


if __name__ == "__main__":
    run(main)

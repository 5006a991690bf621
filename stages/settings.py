"""Write a study's settings as small files for later stages: `python -m stages.settings STUDY`."""

from regscope.base import paths
from regscope.base.errors import run
from regscope.base.files import write_text
from regscope.base.folders import whole_folder
from regscope.pipelines.settings import files
from regscope.study.params import written_study
from stages.arguments import study_argument


def main() -> None:
    name, _, _ = study_argument()
    with whole_folder(paths.settings(name)) as folder:
        for file, text in files(written_study(name)).items():
            write_text(folder / file, text)


if __name__ == "__main__":
    run(main)

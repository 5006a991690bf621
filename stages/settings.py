"""Write a study's settings as small files for later stages: `python -m stages.settings STUDY`."""

from regscope import paths
from regscope.errors import run
from regscope.files import whole_folder, write_text
from regscope.params import written_study
from regscope.pipelines.settings import files
from stages.arguments import study_argument


def main() -> None:
    name, _, _ = study_argument()
    with whole_folder(paths.settings(name)) as folder:
        for file, text in files(written_study(name)).items():
            write_text(folder / file, text)


if __name__ == "__main__":
    run(main)

"""Turn a study's files into tensors: `python -m stages.preprocess STUDY`."""

from regscope.base import paths
from regscope.base.checksums import check_folder
from regscope.base.errors import run
from regscope.base.folders import whole_folder
from stages.arguments import study_argument


def main() -> None:
    name, study, _ = study_argument()
    check_folder(paths.raw(name))
    dataset = study.data.prepared(paths.raw(name), name)
    with whole_folder(paths.prepared(name)) as folder:
        dataset.save(folder)


if __name__ == "__main__":
    run(main)

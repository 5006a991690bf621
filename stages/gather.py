"""Take the digest of every study's tables and figures: `python -m stages.gather`."""

from regscope.base import paths
from regscope.base.errors import run
from regscope.base.files import write_json
from regscope.results.digests import folder_digest


def main() -> None:
    folders = [
        folder
        for parent in (paths.STUDIES, paths.PLOTS)
        if parent.is_dir()
        for folder in sorted(parent.iterdir())
        if folder.is_dir()
    ]
    write_json(paths.GATHERED, {folder.as_posix(): folder_digest(folder) for folder in folders})


if __name__ == "__main__":
    run(main)

"""Take the digests of all studies' settings, tables and figures: `python -m stages.gather`."""

import hashlib
import json

from regscope.base import paths
from regscope.base.errors import run
from regscope.base.files import write_json
from regscope.results.digests import folder_digest
from regscope.study.params import written_studies


def main() -> None:
    folders = [
        folder
        for parent in (paths.STUDIES, paths.PLOTS)
        if parent.is_dir()
        for folder in sorted(parent.iterdir())
        if folder.is_dir()
    ]
    # In the order of the file, which is that of the pages.
    settings = json.dumps(written_studies(), ensure_ascii=False).encode()
    digests = {"studies": hashlib.sha256(settings).hexdigest()}
    digests |= {folder.as_posix(): folder_digest(folder) for folder in folders}
    write_json(paths.GATHERED, digests)


if __name__ == "__main__":
    run(main)

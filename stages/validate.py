"""Check every value of params.yaml before anything else runs.

The output never changes, so a check makes no later stage stale.
"""

import os
import time

from regscope import pipelines
from regscope.base import paths
from regscope.base.errors import RegscopeError, run
from regscope.base.files import write_text
from regscope.study.params import load_params


def main() -> None:
    _let_git_see()
    params = load_params()
    for path, text in pipelines.study_pipelines(
        [params.study], params.tasks, params.own_files, params.model_files
    ).items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            # DVC has read which stages there are before it ran this one.
            if "DVC_STAGE" not in os.environ:
                write_text(path, text)
                continue
            raise RegscopeError(
                f"study {params.study}: {path} is {'old' if path.is_file() else 'not there'}; write"
                " it with: regscope studies --pipelines"
            )
    write_text(paths.VALIDATED, "params.yaml is valid\n")


def _let_git_see() -> None:
    """`dvc exp run -S` may write a value of the same length within the second in which it has git
    look at the file, which git then takes for unchanged: `git restore` would leave it."""
    if paths.PARAMS.is_file():
        os.utime(paths.PARAMS, (time.time(), time.time() + 1))


if __name__ == "__main__":
    run(main)

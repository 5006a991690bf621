"""Check every value of paths/params.yaml against params.yaml before any path is trained.

The output never changes, so a check makes no later stage stale.
"""

from regscope.base import paths
from regscope.base.errors import run
from regscope.base.files import write_text
from stages.sweep_arguments import checked


def main() -> None:
    checked()
    write_text(paths.PATHS_VALIDATED, "paths/params.yaml is valid\n")


if __name__ == "__main__":
    run(main)

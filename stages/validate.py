"""Check every value of params.yaml before anything else runs.

The output never changes, so a check makes no later stage stale.
"""

from regscope import paths
from regscope.errors import RegscopeError, run
from regscope.files import write_text
from regscope.params import load_params


def main() -> None:
    params = load_params()
    if not paths.pipeline(params.study).is_file():
        raise RegscopeError(
            f"study {params.study}: no {paths.pipeline(params.study)}; write it with:"
            " python -m regscope.studies --pipelines"
        )
    write_text(paths.VALIDATED, "params.yaml is valid\n")


if __name__ == "__main__":
    run(main)

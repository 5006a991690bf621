"""Check every value of advice/params.yaml against params.yaml before anything is searched.

The output never changes, so a check makes no later stage stale.
"""

from regscope.advice.settings import load_advice
from regscope.base import paths
from regscope.base.errors import run
from regscope.base.files import write_text
from regscope.study.params import load_params


def main() -> None:
    load_advice(load_params())
    write_text(paths.ADVICE_VALIDATED, "advice/params.yaml is valid\n")


if __name__ == "__main__":
    run(main)

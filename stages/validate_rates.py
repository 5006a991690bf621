"""Check every value of rates/params.yaml against params.yaml before any grid is trained.

The output never changes, so a check makes no later stage stale.
"""

from regscope import paths
from regscope.errors import run
from regscope.files import write_text
from regscope.params import load_params
from regscope.rates.settings import load_rates


def main() -> None:
    load_rates(load_params())
    write_text(paths.RATES_VALIDATED, "rates/params.yaml is valid\n")


if __name__ == "__main__":
    run(main)

"""Check every value of rates/params.yaml against params.yaml before any grid is trained.

The output never changes, so a check makes no later stage stale.
"""

from regscope import paths
from regscope.errors import RegscopeError, run
from regscope.files import write_text
from regscope.lines import listed
from regscope.params import load_params
from regscope.rates.settings import load_rates


def main() -> None:
    rates = load_rates(load_params())
    there = {
        path.parent.name for path in paths.rates_pipeline("*").parent.parent.glob("*/dvc.yaml")
    }
    if there != set(rates.studies):
        raise RegscopeError(
            f"{paths.RATES_PARAMS}: studies = {listed(rates.studies)}: there are pipelines of"
            f" {listed(sorted(there)) or 'none'}; make them fit with: python -m regscope.studies"
            " --pipelines"
        )
    write_text(paths.RATES_VALIDATED, "rates/params.yaml is valid\n")


if __name__ == "__main__":
    run(main)

"""Check every value of rates/params.yaml against params.yaml before any grid is trained.

The output never changes, so a check makes no later stage stale.
"""

from regscope.base import paths
from regscope.base.errors import RegscopeError, run
from regscope.base.files import write_text
from regscope.base.lines import listed
from regscope.rates.settings import load_rates
from regscope.study.params import load_params


def main() -> None:
    rates = load_rates(load_params())
    there = {
        path.parent.name for path in paths.rates_pipeline("*").parent.parent.glob("*/dvc.yaml")
    }
    if there != set(rates.studies):
        raise RegscopeError(
            f"{paths.RATES_PARAMS}: studies = {listed(rates.studies)}: there are pipelines of"
            f" {listed(sorted(there)) or 'none'}; make them fit with:"
            " regscope studies --pipelines"
        )
    write_text(paths.RATES_VALIDATED, "rates/params.yaml is valid\n")


if __name__ == "__main__":
    run(main)

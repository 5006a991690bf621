"""The studies of rates/params.yaml, a line each: `python -m regscope.rates`."""

from regscope.errors import run
from regscope.params import load_params
from regscope.rates.settings import load_rates


def main() -> None:
    print(*load_rates(load_params()).studies, sep="\n")


if __name__ == "__main__":
    run(main)

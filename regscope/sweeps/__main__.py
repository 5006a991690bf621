"""The studies of paths/params.yaml, a line each: `python -m regscope.sweeps`."""

from regscope.errors import run
from regscope.params import load_params
from regscope.sweeps.settings import load_sweeps


def main() -> None:
    print(*load_sweeps(load_params()).studies, sep="\n")


if __name__ == "__main__":
    run(main)

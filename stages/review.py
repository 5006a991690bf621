"""Hold the active `reg` against the baseline in the active `study`: `python -m stages.review`."""

from regscope import paths, results
from regscope.errors import run
from regscope.files import write_json
from regscope.params import load_params
from regscope.review import review


def main() -> None:
    params = load_params()
    reviewed = review(params.study, params.reg, results.load(params.study))
    write_json(paths.REVIEW, reviewed)
    measured = reviewed["test_accuracy"]
    print(
        f"{params.study}: test accuracy of {params.reg} minus none"
        f" {100 * measured['difference']:+.2f} points"
        f" [{100 * measured['interval_low']:+.2f}, {100 * measured['interval_high']:+.2f}],"
        f" {measured['verdict']}"
    )


if __name__ == "__main__":
    run(main)

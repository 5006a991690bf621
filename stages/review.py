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
    # One seed has no interval.
    ends = [measured[f"interval_{end}"] for end in ("low", "high")]
    interval = "" if None in ends else f" [{', '.join(f'{100 * end:+.2f}' for end in ends)}]"
    print(
        f"{params.study}: test accuracy of {params.reg} minus none"
        f" {100 * measured['difference']:+.2f} points{interval}, {measured['verdict']}"
    )


if __name__ == "__main__":
    run(main)

"""Hold the active `reg` against the baseline in the active `study`: `python -m stages.review`."""

from regscope import results
from regscope.base import paths
from regscope.base.errors import run
from regscope.base.files import write_json_by_key
from regscope.report.measured import BY_KEY
from regscope.review import review
from regscope.study.params import load_params


def main() -> None:
    params = load_params()
    reviewed = review(params.study, params.reg, results.load(params.study))
    # Another `reg` is another number everywhere: a line a measure is short in a pull request.
    write_json_by_key(paths.REVIEW, reviewed)
    measure = BY_KEY[reviewed["primary"]]
    measured = reviewed[measure.key]
    # One seed has no interval.
    ends = [measured[f"interval_{end}"] for end in ("low", "high")]
    shown = [f"{measure.scale * end:+.{measure.decimals}f}" for end in ends if end is not None]
    interval = f" [{', '.join(shown)}]" if None not in ends else ""
    print(
        f"{params.study}: {measure.name} of {params.reg} minus none"
        f" {measure.scale * measured['difference']:+.{measure.decimals}f}"
        f"{' points' if measure.unit else ''}{interval}, {measured['verdict']}"
    )


if __name__ == "__main__":
    run(main)

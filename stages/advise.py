"""Search every method of a study, and judge what was chosen: `python -m stages.advise STUDY`."""

from regscope.advice.advise import advising
from regscope.advice.output import store
from regscope.advice.settings import load_advice
from regscope.base import paths
from regscope.base.errors import run
from stages.arguments import study_argument


def main() -> None:
    name, study, params = study_argument()
    asked = load_advice(params).named(name).asked
    with advising(name, study, paths.prepared(name), asked) as advice:
        store(name, advice, paths.advice_measures(name))


if __name__ == "__main__":
    run(main)

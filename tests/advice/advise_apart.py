"""Advice in a process of its own: `python -m tests.advice.advise_apart SETTINGS DATA OUT`."""

from __future__ import annotations

import sys
from pathlib import Path

from regscope.advice.advise import advising
from regscope.advice.asked import Asked
from regscope.advice.output import store
from regscope.base.errors import run
from regscope.study.params import Study

ASKED = Asked(trials=3, methods=("l2", "dropout"), test_seeds=5)


def main() -> None:
    settings, data, out = map(Path, sys.argv[1:])
    study = Study.model_validate_json(settings.read_text())
    with advising("tiny", study, data, ASKED) as advice:
        store("tiny", advice, out)


if __name__ == "__main__":
    run(main)

"""Ask for the same advice again and again, with other draws of the search and other seeds.

`python -m bench.certainty [STUDY...]`: what is done is kept, and a run goes on from there.
docs/advice.md tells what came of it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from bench import data, results
from bench.certainty import page
from bench.certainty.asking import METHODS, REPEATS, STUDIES, TRIALS
from bench.machine import measured
from bench.repeated import PAGE
from regscope.advice.advise import advise
from regscope.advice.asked import Asked
from regscope.advice.judged import advised
from regscope.base.errors import RegscopeError, run
from regscope.base.files import write_text
from regscope.base.lines import choose
from regscope.study.params import Study, load_params

RESULTS = "certainty"


def main() -> None:
    names = sys.argv[1:] or list(STUDIES)
    for name in names:
        if name not in STUDIES:
            raise RegscopeError(f"{name}: {choose(STUDIES)}")
    found = results.load(RESULTS) or {"studies": {}}
    if found.get("methods") != list(METHODS):
        found = {"studies": {}}
    found |= measured(methods=list(METHODS))
    for repeat in range(REPEATS):
        for name in names:
            study = load_params().named(name)
            prepared = data.prepared(name, study)
            for trials in TRIALS:
                done = found["studies"].setdefault(name, {}).setdefault(str(trials), {})
                if str(repeat) not in done:
                    done[str(repeat)] = asked(name, study, prepared, trials, repeat)
                    results.write(RESULTS, found)
                    write_text(PAGE, page.current(PAGE.read_text(), found))
                    print(name, trials, repeat, done[str(repeat)], flush=True)


def asked(name: str, study: Study, prepared: Path, trials: int, repeat: int) -> dict[str, Any]:
    """What one search came to: what was advised, how much better it is on test, and minutes."""
    wanted = Asked(trials=trials, methods=METHODS, seed=repeat)
    advice = advise(name, study, prepared, wanted, say=_silent)
    used = advised(advice.judged)
    gain = float(used.test.mean() - advice.judged[0].test.mean())
    return {
        "advised": used.arm,
        "methods": used.chosen.setting.cell,
        "learning_rate": used.chosen.setting.learning_rate,
        "gain": round(gain, 6),
        "minutes": round(advice.seconds / 60, 2),
    }


def _silent(line: str) -> None:
    del line


if __name__ == "__main__":
    run(main)

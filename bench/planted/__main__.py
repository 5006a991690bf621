"""Ask for advice on data of which the right one is known: `python -m bench.planted [TRUTH...]`.

Every repeat draws the data anew and asks as a person would, of a file; what is done is kept, and a
run goes on from there. docs/advice.md tells what came of it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench import results
from bench.machine import measured
from bench.planted import page
from bench.planted.truths import METHODS, TRUTHS, Arrays, Truth
from bench.repeated import PAGE
from regscope.advice.advise import advise
from regscope.advice.asked import Asked
from regscope.advice.judged import advised
from regscope.base.errors import RegscopeError, run
from regscope.base.files import write_text
from regscope.base.lines import choose
from regscope.own.arrays import look_at_arrays
from regscope.own.brought import brought

REPEATS, TRIALS = 10, 8
RESULTS = "planted"


def main() -> None:
    names = sys.argv[1:] or [truth.name for truth in TRUTHS]
    by_name = {truth.name: truth for truth in TRUTHS}
    for name in names:
        if name not in by_name:
            raise RegscopeError(f"{name}: {choose(by_name)}")
    found = results.load(RESULTS) or {"truths": {}}
    if (found.get("trials"), found.get("methods")) != (TRIALS, list(METHODS)):
        found = {"truths": {}}
    found |= measured(trials=TRIALS, methods=list(METHODS))
    for repeat in range(REPEATS):
        for name in names:
            done = found["truths"].setdefault(name, {})
            if str(repeat) not in done:
                done[str(repeat)] = asked(by_name[name], repeat)
                results.write(RESULTS, found)
                write_text(PAGE, page.current(PAGE.read_text(), found))
                print(name, repeat, done[str(repeat)], flush=True)


def asked(truth: Truth, repeat: int) -> dict[str, Any]:
    """What was advised on one draw, and which methods were called better."""
    made = truth.make(np.random.default_rng([repeat, len(truth.name)]))
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "planted.npz"
        save(file, made)
        looked = look_at_arrays(file, "planted", workspace=Path(name))
        study, prepared = brought(looked)
        advice = advise(
            truth.name, study, prepared, Asked(trials=TRIALS, methods=METHODS, seed=repeat),
            say=_silent,
        )  # fmt: skip
    used = advised(advice.judged)
    return {
        "advised": used.arm,
        "methods": used.chosen.setting.cell,
        "better": [one.arm for one in advice.judged if one.better],
        "none": float(advice.judged[0].test.mean()),
        "test": float(used.test.mean()),
    }


def _silent(line: str) -> None:
    del line


def save(file: Path, made: Arrays) -> None:
    train = len(made.inputs) - made.test
    np.savez(
        file,
        inputs=made.inputs[:train], targets=made.targets[:train],
        test_inputs=made.inputs[train:], test_targets=made.targets[train:],
    )  # fmt: skip


if __name__ == "__main__":
    run(main)

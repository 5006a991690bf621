"""Cells through the pool that `regscope train` uses, in a process of its own, under watch.

`python -m bench.plan.pool JOB`: the file JOB is a list of `name`, `study` (its block), `regs` and
`data` (the folder). Prints a line of JSON: the `seconds` of the pool, its `surveys` and `stacks`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.plan.watching import Watched
from bench.processes import python_module, run_process
from regscope.engine.pool import Wanted, train_all
from regscope.study.params import Study


def main() -> None:
    wanted = [
        Wanted(
            one["name"], Study.model_validate(one["study"]), tuple(one["regs"]), Path(one["data"])
        )
        for one in json.loads(Path(sys.argv[1]).read_text())
    ]
    started = time.monotonic()
    with Watched().watching() as watched:
        train_all(wanted)
    seconds = round(time.monotonic() - started, 4)
    said = {"seconds": seconds, "surveys": watched.surveys, "stacks": watched.stacks}
    print(json.dumps(said), flush=True)


def trained(job: Sequence[dict[str, Any]], workers: int) -> dict[str, Any]:
    """What the process says of the job with so many workers."""
    with tempfile.TemporaryDirectory() as private:
        path = Path(private) / "job.json"
        path.write_text(json.dumps(job))
        finished = run_process(
            python_module("bench.plan.pool", str(path)), {"REGSCOPE_WORKERS": str(workers)}
        )
    found: dict[str, Any] = json.loads(finished.output.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()

"""Play the plan by the recorded times: `python -m bench.plan`.

Writes `bench/results/plan.json` and what `bench/README.md` says of it. The times are measured anew
by `python -m bench.plan.record`.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from bench import readme, results
from bench.plan import recorded
from bench.plan.checked import checked
from bench.plan.scaling import scaled
from bench.plan.scenarios import scenarios
from regscope.base.errors import run


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.plan", description=__doc__)
    parser.parse_args()
    started = time.monotonic()
    record = recorded.load()
    found: dict[str, Any] = {
        "date": record["date"],
        "machine": record["machine"],
        "recorded": sum(len(record[go]["stacks"]) for go in ("beside", "alone", "copies", "parts")),
        "check": checked(record),
        "scenarios": {
            name: scaled(record, scenario) for name, scenario in scenarios(record).items()
        },
    }
    found["took"] = sum(record["seconds"].values()) + round(time.monotonic() - started)
    results.write("plan", found)
    readme.update()


if __name__ == "__main__":
    run(main)

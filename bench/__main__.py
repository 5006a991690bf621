"""Measure, write `bench/results`, `bench/README.md` and its figures, and print the tables."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bench import measurements, readme, results, tables
from bench.harness import PYTHONS
from regscope.base.errors import RegscopeError, run
from regscope.report.render import plain_text


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=results.KINDS, default=results.KINDS, help="only these kinds"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often every way runs (3)")
    for module, default in PYTHONS.items():
        package = module.partition("_")[0]
        parser.add_argument(
            f"--{package}", type=Path, dest=module, default=default, metavar="PYTHON",
            help=f"Python with it ({default})",
        )  # fmt: skip
    chosen = parser.parse_args()
    if chosen.rounds < 1:
        raise RegscopeError(f"--rounds {chosen.rounds}: must be at least 1")
    pythons: dict[str, Path] = {module: getattr(chosen, module).absolute() for module in PYTHONS}
    for python in pythons.values():
        if not python.exists():
            raise RegscopeError(f"{python}: no such file; `make bench` makes it")
    measure = measurements.kinds(chosen.rounds, pythons)
    started = time.monotonic()
    for kind in chosen.only:
        before = time.monotonic()
        found = measure[kind]()
        results.write(kind, found | {"took": round(time.monotonic() - before)})
    readme.update()
    for table in tables.summary(results.load_all()):
        print(f"{table.caption}\n\n{plain_text(table)}")
    print(f"bench: {time.monotonic() - started:.0f} s; {readme.README}", file=sys.stderr)


if __name__ == "__main__":
    run(main)

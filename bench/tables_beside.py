"""The public tables beside scikit-learn: `python -m bench.tables_beside [STUDY ...]`.

Each study is measured in a process of its own and written to `bench/results/beside` when it is
done; then the page is written anew. `--seeds N` for fewer than the study's; `--ours [FOLDER]`
measures nothing, and takes this project's results anew; `--check` writes nothing.
"""

from __future__ import annotations

import argparse
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from bench import results
from bench.beside import page
from bench.beside.measuring import measure
from bench.beside.ours import Cells, cells_of
from regscope.base import paths
from regscope.base.errors import RegscopeError, run
from regscope.base.files import write_text
from regscope.base.lines import choose
from regscope.report.readme import BEGIN, END, replaced
from regscope.study.params import Study, load_params

FOLDER = results.FOLDER / "beside"
PAGE = Path("docs") / "beside-scikit-learn.md"
STUDIES = ("german", "titanic", "phoneme", "khan", "bikeshare", "caravan", "adult", "diamonds")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.tables_beside", description=__doc__)
    parser.add_argument("studies", nargs="*", metavar="STUDY", help="of the tables (all)")
    parser.add_argument("--seeds", type=int, help="of each study, from 0 (the study's)")
    parser.add_argument(
        "--ours", type=Path, nargs="?", const=paths.STUDIES, metavar="FOLDER",
        help=f"measure nothing; take the results that lie in FOLDER ({paths.STUDIES})",
    )  # fmt: skip
    parser.add_argument("--check", action="store_true", help="exit 1 if the page is not current")
    chosen = parser.parse_args()
    if wrong := [name for name in chosen.studies if name not in STUDIES]:
        raise RegscopeError(f"study {wrong[0]}: {choose(STUDIES)}")
    if chosen.seeds is not None and chosen.seeds < 2:
        raise RegscopeError(f"--seeds {chosen.seeds}: must be at least 2")
    if chosen.check:
        check()
        return
    names = chosen.studies or STUDIES
    if chosen.ours is None:
        measure_all({name: load_params().named(name) for name in names}, chosen.seeds)
    take_ours(chosen.ours or paths.STUDIES)
    write_text(PAGE, current())


def measure_all(studies: dict[str, Study], seeds: int | None) -> None:
    """A process each: what computes is settled once in a process."""
    context = multiprocessing.get_context("spawn")
    for name, study in studies.items():
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            found = pool.submit(measure, name, study, seeds or study.training.seeds).result()
        results.write(name, found | {"ours": (load().get(name) or {}).get("ours")}, FOLDER)


def take_ours(folder: Path) -> None:
    """Put committed results beside those that were measured; what has none keeps what it has."""
    for name, found in load().items():
        if (cells := _cells(name, found, folder)) is not None:
            results.write(name, found | {"ours": cells}, FOLDER)


def load() -> dict[str, dict[str, Any]]:
    """By study, in the order of STUDIES, without those that were never measured."""
    found = {name: results.load(name, FOLDER) for name in STUDIES}
    return {name: content for name, content in found.items() if content is not None}


def current() -> str:
    """The page, with what the files in FOLDER give."""
    return replaced(PAGE.read_text(encoding="utf-8"), page.block(load()), PAGE, BEGIN, END)


def check() -> None:
    """Raises RegscopeError where the page is not that of the files, or the files of the results."""
    for name, found in load().items():
        cells = _cells(name, found, paths.STUDIES)
        if cells is not None and cells != found["ours"]:
            raise RegscopeError(
                f"{FOLDER / name}.json: not the results of {paths.summary(name)}; run"
                " `python -m bench.tables_beside --ours`"
            )
    if current() != PAGE.read_text(encoding="utf-8"):
        raise RegscopeError(
            f"{PAGE}: not those of {FOLDER}; run `python -m bench.tables_beside --ours`"
        )


def _cells(name: str, found: dict[str, Any], folder: Path) -> Cells | None:
    return cells_of(name, found["quantity"] is not None, folder)


if __name__ == "__main__":
    run(main)

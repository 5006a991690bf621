"""All cells of a study measured, those alone that have changed, a process a core."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from multiprocessing import connection
from pathlib import Path
from typing import Any

from regscope import paths
from regscope.params import Study
from regscope.pipelines import dependencies
from regscope.training.cell import chosen_workers
from regscope.training.memory import free_memory
from regscope.training.workers import process, received, send

ROOT = Path(__file__).parents[2]

PROCESS_BYTES = 1 << 30
DATA_COPIES = 8
"""What a process may take: so much, and so many times the prepared data. MNIST's took 0.5 GiB."""


def measure_study(name: str, study: Study, cells: Iterable[str]) -> None:
    """Measure those of `cells` whose folder below data/evaluations is not what it would be.

    Folders of cells that `study` does not have are removed; what is measured stays when another
    cell cannot be. Prints a line for every cell measured.

    Raises RegscopeError, naming the cell, where it cannot be measured, FileNotFoundError where it
    is not trained.
    """
    _remove_others(name, study.cells)
    common = _digests([paths.prepared(name)]) | sources()
    wanted = {reg: made_from(name, study, reg, common) for reg in cells if reg in study.cells}
    stale = {reg: made for reg, made in wanted.items() if not _is_kept(name, reg, made)}
    if not stale:
        return
    job = {"name": name, "study": study.model_dump(mode="json", exclude_none=True)}
    for reg, seconds in _measured(job, list(stale.items()), _processes(name, len(stale))):
        print(f"{name}/{reg}: measured, {seconds:.1f} s", flush=True)


def sources() -> dict[str, str]:
    """`{path: SHA-256}` of the code that measures depend on: what the stage `evaluate` lists."""
    return _digests(
        [path for path in dependencies("evaluate") if not path.is_relative_to(paths.DATA)], ROOT
    )


def made_from(name: str, study: Study, reg: str, common: dict[str, str]) -> dict[str, Any]:
    """What the measures of a cell come from: settings, and the SHA-256 of data, networks, code."""
    written = study.model_dump(mode="json", exclude_none=True)
    settings = {key: written[key] for key in ("split", "model", "evaluation")}
    settings |= {"regularizers": {reg: written["regularizers"][reg]}}
    settings |= {"training": {key: written["training"][key] for key in ("arithmetic", "precision")}}
    return {"settings": settings, "files": common | _digests([paths.model(name, reg)])}


def with_outputs(made: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """What a cell's made_from.json holds: also the SHA-256 of every other file of its measures."""
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and path.name != paths.MADE_FROM
    )
    found = _digests([file.relative_to(folder) for file in files], folder)
    return {**made, "measures": found}


def _is_kept(name: str, reg: str, made: Mapping[str, Any]) -> bool:
    """Whether the cell's folder holds what was made from that, all of it and nothing else."""
    folder = paths.evaluation(name, reg)
    try:
        kept = json.loads((folder / paths.MADE_FROM).read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    return bool(kept == with_outputs(made, folder))


def _digests(places: Iterable[Path], root: Path = Path()) -> dict[str, str]:
    """`{path: SHA-256}` of files below `root` and of all in folders, but what tools leave there."""
    found: dict[str, str] = {}
    for place in places:
        if not (root / place).exists():
            raise FileNotFoundError(None, None, str(place))
        within = sorted((root / place).rglob("*"))
        for file in within if (root / place).is_dir() else [root / place]:
            if file.is_file() and "__pycache__" not in file.parts and file.name != ".gitignore":
                with file.open("rb") as opened:
                    digest = hashlib.file_digest(opened, "sha256").hexdigest()
                found[file.relative_to(root).as_posix()] = digest
    return found


def _remove_others(name: str, cells: Iterable[str]) -> None:
    for folder in paths.DATA.glob(f"evaluations/{name}/*"):
        if folder.is_dir() and folder.name not in set(cells):
            shutil.rmtree(folder)


def _processes(name: str, cells: int) -> int:
    """As many as there are cells, cores and room for in memory."""
    data = sum(file.stat().st_size for file in paths.prepared(name).iterdir())
    room = free_memory() // (PROCESS_BYTES + DATA_COPIES * data)
    return max(1, min(cells, _cores(), room))


def _cores() -> int:
    """Or as many as REGSCOPE_WORKERS asks for."""
    own = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return chosen_workers() or own


def _measured(
    job: dict[str, Any], stale: list[tuple[str, dict[str, Any]]], processes: int
) -> Iterator[tuple[str, float]]:
    """Every cell as it is measured, with its seconds. Each process asks for the next when done."""
    waiting, label = iter(stale), job["name"]
    with ExitStack() as exits:
        listening = [exits.enter_context(process(_work, job, label)) for _ in range(processes)]
        for pipe in listening:
            send(pipe, next(waiting), label)
        while listening:
            ready = connection.wait(listening)
            for pipe in [pipe for pipe in listening if pipe in ready]:
                yield received(pipe, label)
                following = next(waiting, None)
                if following is None:
                    listening.remove(pipe)
                else:
                    send(pipe, following, label)


# Imported there: this process itself does without torch.
def _work(job: dict[str, Any], messages: connection.Connection) -> None:
    from regscope.evaluation.worker import work

    work(job, messages)

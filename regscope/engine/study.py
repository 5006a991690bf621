"""The trained cells of a study below data/models: those alone that have changed are trained."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from regscope import numerics
from regscope.base import paths
from regscope.base.digests import digests
from regscope.base.environment import environment
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json, write_text
from regscope.base.folders import remove_others, whole_folder
from regscope.base.made import Made, gone, is_there, note, with_outputs
from regscope.base.tensors import write_tensors
from regscope.engine.finished import finished
from regscope.engine.pool import Wanted, train_all
from regscope.engine.trained import TrainedCell
from regscope.measures.catalog import named
from regscope.pipelines.settings import cell
from regscope.study.networks import MODEL_FILE
from regscope.study.params import Study, written_study
from regscope.tasks import task_of
from regscope.training import history

OUTPUTS = "trained"
"""What made_from.json calls the files beside it."""


def train_study(name: str, study: Study, cells: Iterable[str]) -> None:
    """Train those of `cells` whose folder below data/models is not what it would be.

    Folders of cells that `study` does not have are removed. What is trained stays when another
    cell cannot be; a cell that DVC's cache has is brought back. Prints a line for every cell.

    Raises RegscopeError, naming the cells, where some cannot be trained.
    """
    remove_others(paths.DATA / "models" / name, study.cells)
    started = time.monotonic()
    stale = stale_cells(name, study, cells)
    left = [reg for reg, made in stale.items() if not _stored(name, study, reg, made, told=True)]
    if not left:
        return
    failed = None
    try:
        train_all([Wanted(name, study, tuple(left), paths.prepared(name))])
    except RegscopeError as error:
        failed = error
    stored = [_stored(name, study, reg, stale[reg]) for reg in left]
    if failed:
        raise failed
    assert all(stored)
    print(f"{name}: {len(left)} cells trained, {time.monotonic() - started:.1f} s", flush=True)


def stale_cells(name: str, study: Study, cells: Iterable[str]) -> dict[str, Made]:
    """What each of `cells` that is to be trained comes from, in their order.

    Not those whose folders are what they would be, and those that DVC's cache has, which are
    brought back. The study's data are to be prepared before.
    """
    return {
        reg: made
        for reg, made in _made_from(name, study, cells).items()
        if not is_there(paths.model(name, reg), made, OUTPUTS)
    }


def forget(name: str, study: Study, cells: Iterable[str]) -> None:
    """Have cells trained anew, though nothing that they were made from has changed."""
    for reg, made in _made_from(name, study, cells).items():
        gone(paths.model(name, reg), made)


def _made_from(name: str, study: Study, cells: Iterable[str]) -> dict[str, Made]:
    written = written_study(name)
    common = {
        "numerics": numerics.NUMERICS_VERSION,
        "files": digests([paths.prepared(name), *study.model.own_files]),
    }
    return {reg: {"settings": cell(written, reg), **common} for reg in cells if reg in study.cells}


def _stored(name: str, study: Study, reg: str, made: Made, *, told: bool = False) -> bool:
    """Whether the cell had ended, and now lies in its folder. Its checkpoints go after that."""
    label, target = f"{name}/{reg}", paths.model(name, reg)
    with finished(study, [reg], paths.prepared(name), label, "test", told=told) as found:
        if found is None:
            return False
        with whole_folder(target) as folder:
            _write(folder, study, found[reg])
            write_json(folder / paths.MADE_FROM, with_outputs(made, folder, OUTPUTS))
        note(target, made)
    _tell(label, study, found[reg])
    return True


def _write(folder: Path, study: Study, cell: TrainedCell) -> None:
    write_tensors(folder / MODEL_FILE, cell.state)
    columns = history.columns(task_of(study.data), [study.training])
    write_text(folder / paths.HISTORY_FILE, history.to_csv(columns, cell.seeds, cell.history))
    used = environment(cell.device, study.training.precision, cell.arithmetic, cell.processors)
    write_json(folder / paths.ENVIRONMENT, used)


def _tell(label: str, study: Study, cell: TrainedCell) -> None:
    task = task_of(study.data)
    score = cell.history[task.history.index(f"holdout_{task.score}"), :, -1]
    measure = named(task.measure)
    lowest, mean, highest = map(measure.told, (score.min(), score.mean(), score.max()))
    print(
        f"{label}: {len(cell.seeds)} seeds, {study.training.epochs} epochs; {measure.phrase}"
        f" {mean} (seeds from {lowest} to {highest})",
        flush=True,
    )

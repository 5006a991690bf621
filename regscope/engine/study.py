"""The trained cells of a study below data/models: those alone that have changed are trained."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from regscope import numerics
from regscope.base import paths
from regscope.base.digests import digests
from regscope.base.environment import environment
from regscope.base.files import write_json, write_text
from regscope.base.folders import remove_others, whole_folder
from regscope.base.made import Made, gone, is_held, is_kept, is_there, note, plain, with_outputs
from regscope.base.tensors import write_tensors
from regscope.engine.finished import finished
from regscope.engine.pool import Wanted, training_all
from regscope.engine.run import remove
from regscope.engine.trained import TrainedCell
from regscope.measures.catalog import named
from regscope.pipelines.settings import cell as settings_of
from regscope.study.networks import MODEL_FILE
from regscope.study.params import Study, written_study
from regscope.tasks import task_of
from regscope.training import history

OUTPUTS = "trained"
"""What made_from.json calls the files beside it."""


def train_study(name: str, study: Study, cells: Iterable[str]) -> None:
    """Train those of `cells` whose folder below data/models is not what it would be.

    Folders of cells that `study` does not have are removed; a cell that DVC's cache has is brought
    back. Prints a line for every cell that is trained.

    Checkpoints go when all cells are in their folders: DVC may take these away again where its
    stage does not end well. Raises RegscopeError, naming the cells, where some cannot be trained;
    the others then wait under checkpoints.
    """
    remove_others(paths.DATA / "models" / name, study.cells)
    started = time.monotonic()
    stale = {
        reg: made
        for reg, made in made_from(name, study, cells).items()
        if not is_there(paths.model(name, reg), made, OUTPUTS)
    }
    data = paths.prepared(name)
    with ExitStack() as exits:
        left = []
        for reg, made in stale.items():
            found = exits.enter_context(finished(study, [reg], data, f"{name}/{reg}", "test"))
            if found is None:
                left.append(reg)
            else:
                _store(name, study, reg, found[reg], made)
        if not left:
            return
        ended = exits.enter_context(training_all([Wanted(name, study, tuple(left), data)]))
        for one in ended:
            _store(name, study, one.reg, one.cell(), stale[one.reg])
        remove(one.plan for one in ended)
    cells_trained = "1 cell" if len(left) == 1 else f"{len(left)} cells"
    print(f"{name}: {cells_trained} trained, {time.monotonic() - started:.1f} s", flush=True)


def stale_cells(name: str, study: Study) -> list[str]:
    """Its cells that `train_study` would train, in order. The data are to be prepared before."""
    return [
        reg
        for reg, made in made_from(name, study, study.cells).items()
        if not is_kept(paths.model(name, reg), made, OUTPUTS)
        and not is_held(paths.model(name, reg), made)
    ]


def forget(name: str, study: Study, cells: Iterable[str]) -> None:
    """Have cells trained anew, though nothing that they were made from has changed."""
    for reg, made in made_from(name, study, cells).items():
        gone(paths.model(name, reg), made)


def made_from(name: str, study: Study, cells: Iterable[str]) -> dict[str, Made]:
    """What decides each of `cells`: its settings, the data, its network's files, the arithmetic."""
    written = written_study(name)
    common = {
        "numerics": numerics.NUMERICS_VERSION,
        "files": digests([paths.prepared(name), *study.model.own_files]),
    }
    return {
        reg: {"settings": plain(settings_of(written, reg)), **common}
        for reg in cells
        if reg in study.cells
    }


def _store(name: str, study: Study, reg: str, cell: TrainedCell, made: Made) -> None:
    target = paths.model(name, reg)
    with whole_folder(target) as folder:
        _write(folder, study, cell)
        write_json(folder / paths.MADE_FROM, with_outputs(made, folder, OUTPUTS))
        note(folder, target, made)
    _tell(f"{name}/{reg}", study, cell)


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

"""`regscope.train`: a cell trained from code, with nothing left behind but what it returns."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from regscope.base import paths
from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json
from regscope.base.json_files import read_json
from regscope.base.lines import choose, shown
from regscope.datasets.base import DATA_FILE, DESCRIPTION_FILE, Dataset, Source
from regscope.datasets.checks import check_source
from regscope.library.trained import Trained
from regscope.study.params import BASELINE, Study

if TYPE_CHECKING:
    from regscope.engine.trained import TrainedCell

SOURCE_FILE = "source.json"
"""Beside data that were prepared here: the settings of their source."""


@dataclass(frozen=True)
class Prepared(Dataset):
    """A data set of which it is known by what settings of its source it was prepared."""

    source: dict[str, Any] | None = None

    @classmethod
    def of(cls, folder: Path) -> Prepared:
        return cls(**vars(Dataset.load(folder)), source=_source_of(folder))


def train(
    study: Study | Mapping[str, Any],
    reg: str,
    seeds: int | None = None,
    data: Dataset | Path | str | None = None,
) -> Trained:
    """Train the cell `reg` of a study; the same numbers, bit for bit, as the pipeline's.

    `study` is a Study, or what one is made of: a block of params.yaml as a dict. `seeds` is how
    many to train, 0 to seeds - 1, instead of `study.training.seeds`. `data` is the data set: one
    of an earlier `Trained`, or a folder that holds it prepared (data/prepared/<study> is one) or
    is filled with it now; without it the data are prepared and then forgotten.

    Worker processes train, as in the pipeline, on every core or on a GPU; the environment
    variables REGSCOPE_WORKERS and REGSCOPE_DEVICE choose. What is half trained when a call is
    interrupted lies below .regscope/ in the working directory, and the same call goes on from
    there.

    Raises RegscopeError, in one line, where the study, the cell or the data are not what they
    should be, or a loss is no longer finite.
    """
    checked = _shortened(_as_study(study, reg), seeds)
    if not isinstance(reg, str) or reg not in checked.cells:
        raise RegscopeError(f"reg = {shown(reg)}: {choose(checked.cells)}")
    from regscope.engine.cell import train_cell

    with _prepared(checked, data) as folder:
        trained = train_cell(checked, reg, folder, reg)
        dataset = data if isinstance(data, Dataset) else Prepared.of(folder)
    return _as_plain(checked, reg, trained, dataset)


def _as_study(study: Study | Mapping[str, Any], reg: str) -> Study:
    """The study, checked; of a block of settings the baseline and the cell `reg` alone.

    A cell that does not fit, an l1 of -1, stops no other that is asked for.
    """
    if isinstance(study, Study):
        return study
    if isinstance(study, Mapping) and isinstance(cells := study.get("regularizers"), Mapping):
        asked = {name: cell for name, cell in cells.items() if name in (BASELINE, reg)}
        if reg in asked:
            study = {**study, "regularizers": asked}
    try:
        return Study.model_validate(study)
    except ValidationError as error:
        raise RegscopeError(one_line(error, study, "study")) from error


def _shortened(study: Study, seeds: int | None) -> Study:
    if seeds is None:
        return study
    try:
        training = type(study.training).model_validate(
            study.training.model_dump() | {"seeds": seeds}
        )
    except ValidationError as error:
        raise RegscopeError(one_line(error, {"seeds": seeds})) from error
    if lacking := study.data.lacks_seeds(seeds):
        raise RegscopeError(f"seeds = {seeds}: {lacking}")
    return study.model_copy(update={"training": training})


@contextmanager
def _prepared(study: Study, data: Dataset | Path | str | None) -> Iterator[Path]:
    """A folder with the study's data, for worker processes to read."""
    if data is not None and not isinstance(data, Dataset | Path | str):
        raise RegscopeError(
            f"data: must be a data set, such as an earlier result's `dataset`, or a folder, not"
            f" {type(data).__name__}"
        )
    if isinstance(data, str | Path):
        _check_folder(data)
    with tempfile.TemporaryDirectory(prefix="regscope-") as name:
        temporary = Path(name)
        folder = Path(data) if isinstance(data, str | Path) else temporary / "prepared"
        if isinstance(data, Dataset):
            data.save(folder)
        elif not all((folder / name).exists() for name in (DATA_FILE, DESCRIPTION_FILE)):
            raw = temporary / "raw"
            raw.mkdir()
            _fill(folder, study.data, raw)
        _check_source(study, folder, data)
        yield folder


def _check_folder(data: str | Path) -> None:
    """Refuse a name that no folder has or could have."""
    must = "must be a folder with prepared data, or one to fill with them"
    try:
        found = Path(data)
        with suppress(FileNotFoundError, NotADirectoryError):
            found.lstat()
        # The first that is there of the folder and of those that it would lie in.
        places = (found, *found.absolute().parents)
        there = next(place for place in places if os.path.lexists(place))
        if not str(data) or not there.is_dir():
            what = "the empty text" if not str(data) else f"{there} is no folder"
            raise RegscopeError(f"data = {shown(str(data))}: {must}; {what}")
    except (OSError, ValueError) as error:
        raise RegscopeError(f"data = {shown(str(data))}: {must} ({error})") from error


def _fill(folder: Path, source: Source, raw: Path) -> None:
    """Other files that lie there stay. `raw` is an empty folder for what is downloaded."""
    source.download(raw)
    dataset = source.prepared(raw, source.source)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=folder) as name:
        dataset.save(Path(name))
        write_json(Path(name) / SOURCE_FILE, source.model_dump(mode="json"))
        # The data come last: a folder that has them has the rest.
        for file in sorted(Path(name).iterdir(), key=lambda file: file.name == DATA_FILE):
            file.replace(folder / file.name)


def _check_source(study: Study, folder: Path, data: Any) -> None:
    """Refuse data of another source, as far as can be told; what trains is what study says."""
    found = data.source if isinstance(data, Prepared) else _source_of(folder)
    wanted = study.data.model_dump(mode="json")
    if found is not None and (known := _whole(found, study.data)) != wanted:
        place = "data" if isinstance(data, Dataset) else str(folder)
        raise RegscopeError(f"{place}: holds the data of {known}, not of {wanted}")
    check_source(study.data, Dataset.load(folder))


def _source_of(folder: Path) -> dict[str, Any] | None:
    """The settings that the data in the folder were prepared by; None where nothing tells.

    Of data that the pipeline prepared they lie with the study's settings.
    """
    noted = folder / SOURCE_FILE
    there = folder.absolute()
    inside = paths.prepared(there.name)
    if not noted.exists() and there.parts[-len(inside.parts) :] == inside.parts:
        noted = there.parents[len(inside.parts) - 1] / paths.settings(there.name) / "data.json"
    if not noted.exists():
        return None
    return read_json(noted)


def _whole(found: dict[str, Any], source: Source) -> dict[str, Any]:
    """With the defaults of what is not written; as it is where it is of another kind of source."""
    try:
        return type(source).model_validate(found).model_dump(mode="json")
    except ValidationError:
        return found


def _as_plain(study: Study, reg: str, trained: TrainedCell, dataset: Dataset) -> Trained:
    import pandas as pd
    import torch

    from regscope.study.networks import in_own_unit, plain_networks
    from regscope.tasks import task_of
    from regscope.training.history import columns

    state = {name: torch.from_numpy(array) for name, array in trained.state.items()}
    epochs = trained.history.shape[2]
    index = pd.MultiIndex.from_product(
        [trained.seeds, range(1, epochs + 1)], names=["seed", "epoch"]
    )
    named = columns(task_of(dataset), [study.training])
    values = trained.history.reshape(len(named), -1).T
    history = pd.DataFrame(values, columns=list(named), index=index).reset_index()
    networks = tuple(
        in_own_unit(network, study, reg, dataset, seed)
        for seed, network in zip(
            trained.seeds, plain_networks(study, reg, state, dataset), strict=True
        )
    )
    return Trained(study, reg, trained.seeds, networks, history, dataset, trained.device)

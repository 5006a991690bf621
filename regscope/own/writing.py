"""What was looked at becomes a study: its file, description, settings and pipeline."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from regscope import pipelines
from regscope.base import paths
from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.base.files import write_text
from regscope.base.lines import listed, shown
from regscope.base.yaml_files import parse_yaml
from regscope.datasets.own import beside, write_description
from regscope.own.block import with_study
from regscope.own.looked import Looked
from regscope.own.misfits import misfits
from regscope.own.undo import undone_on_failure
from regscope.study.params import BASELINE, Name, Study, load_params, written_study


@dataclass(frozen=True)
class Tried:
    """A study's block of params.yaml, and why of the proposed methods some are no cells of it."""

    block: dict[str, Any]
    unfit: Mapping[str, str]


def with_methods(
    data: Mapping[str, Any],
    proposal: Mapping[str, Any],
    methods: Mapping[str, Mapping[str, Any]],
    network: Mapping[str, Any] | None = None,
) -> Tried:
    """A study of `data` as it is proposed, with all of the methods that fit it.

    `network` is the block `model` of a module of one's own, in place of the proposed one; which
    methods fit that is found where it is first made. Raises RegscopeError where the proposal fits
    no study.
    """
    others = {key: value for key, value in proposal.items() if key != "title"}
    if network is not None:
        others["model"] = dict(network)
        others["training"] = {
            key: value for key, value in others["training"].items() if key != "arithmetic"
        }
    block = {"title": proposal["title"], "data": dict(data), **others}
    cells, unfit = {BASELINE: methods[BASELINE]}, {}
    _check(block | {"regularizers": cells})
    for name, cell in methods.items():
        try:
            _check(block | {"regularizers": {BASELINE: {}, name: cell}})
        except RegscopeError as error:
            unfit[name] = str(error)
        else:
            cells[name] = cell
    return Tried(block | {"regularizers": cells}, unfit)


def _check(block: Mapping[str, Any]) -> Study:
    try:
        return Study.model_validate(block)
    except ValidationError as error:
        raise RegscopeError(f"the study: {one_line(error, block)}") from error


def tried(looked: Looked, network: Mapping[str, Any] | None = None) -> Tried:
    """The study that `bring` would put into params.yaml; nothing is left behind.

    Raises RegscopeError where the proposal fits no study, or the network cannot be trained.
    """
    others = {key: value for key, value in looked.data.items() if key != "source"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / looked.name
        write_description(path, looked.description)
        data = {"source": looked.data["source"], "path": str(path), **others}
        found = with_methods(data, looked.proposal, looked.methods, network)
        if network is not None:
            unfit = misfits(found.block, looked, Path(folder))
            cells = found.block["regularizers"]
            kept = {name: cell for name, cell in cells.items() if name not in unfit}
            found = Tried(found.block | {"regularizers": kept}, {**found.unfit, **unfit})
    found.block["data"]["path"] = str(paths.OWN / looked.name)
    return found


def check_name(name: str, again: bool) -> None:
    """Raises RegscopeError where no study can be called so, or one is and is not to be replaced."""
    there = load_params().studies
    try:
        TypeAdapter(Name).validate_python(name)
    except ValidationError:
        raise RegscopeError(
            f"study {shown(name)}: must be a name of letters, digits and underscores, 80 at most"
        ) from None
    if parse_yaml(name, "study") != name:
        # `-S study=123` and the key in params.yaml would be numbers.
        raise RegscopeError(f"study {name}: YAML reads no text there: choose a name that is a word")
    if name == paths.PATHS.name:
        raise RegscopeError(f"study {name}: must be called otherwise: plots/paths is taken")
    if name in there and not again:
        raise RegscopeError(f"study {name}: is there already: choose another name, or give --again")
    if again and name not in there:
        raise RegscopeError(f"study {name}: is not there, which --again would bring in anew")


def check_again(name: str, looked: Looked) -> None:
    """Refuse a file in place of a study's own where its settings would not fit it.

    Raises RegscopeError, before anything is written.
    """
    study = load_params().named(name)
    stored = paths.OWN / looked.name
    if study.data.source != looked.data["source"] or study.data.own_files[:1] != (stored,):
        reads = listed([str(file) for file in study.data.own_files[:1]]) or "no file of its own"
        raise RegscopeError(
            f"--again: study {name} (data.source {study.data.source}) reads {reads}, and this would"
            f" be {stored}, of source {looked.data['source']}: bring it in under another name"
        )
    block = written_study(name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / looked.name
        write_description(path, looked.description)
        try:
            _check({**block, "data": {**block["data"], "path": str(path)}})
        except RegscopeError as error:
            raise RegscopeError(f"--again: {name} as params.yaml has it: {error}") from error


def bring(name: str, looked: Looked, block: Mapping[str, Any], again: bool) -> Iterator[str]:
    """Put the file under DVC, its description beside it, the study into params.yaml and its
    pipeline into studies/; a line of each once all is done.

    With `again`, which `check_again` looks at before, the file and its description are replaced,
    and the settings stay. Raises RegscopeError where a step fails; all is then as it was.
    """
    files = {looked.name: looked.file, **looked.others}
    path = paths.OWN / looked.name
    own = {*load_params().named(name).data.own_files} if again else set()
    taken = [paths.OWN / place for place in files]
    taken = [place for place in taken if place.exists() and place not in own]
    if taken:
        raise RegscopeError(
            f"{taken[0]}: is there already, of another study: remove it, or choose another name"
        )
    paths.OWN.mkdir(parents=True, exist_ok=True)
    with undone_on_failure() as before:
        for place, source in files.items():
            target = paths.OWN / place
            before.keep(Path(f"{target}.dvc"))
            if target.resolve() != source.resolve():
                before.move_away(target)
                shutil.copyfile(source, target)
        before.keep(paths.OWN / ".gitignore")
        before.keep(beside(path))
        write_description(path, looked.description)
        _put_under_dvc([paths.OWN / place for place in files])
        made = enter(name, None if again else block)
    # Before anything is told: whoever hears it may hang up (`| head`).
    _tell_git([beside(path), paths.OWN / ".gitignore", *_dvc_files(files), *made])
    yield f"{listed([str(paths.OWN / place) for place in files])}: under DVC"
    yield f"{beside(path)}: what it holds"
    yield from told_of(name, again)


def enter(name: str, block: Mapping[str, Any] | None) -> list[Path]:
    """Put a study into params.yaml, where a block is given, and write its pipeline; the files.

    Raises RegscopeError where it cannot be put in; all is then as it was.
    """
    with undone_on_failure() as before:
        for path in (paths.PARAMS, paths.pipeline(name)):
            before.keep(path)
        if block is not None:
            text = paths.PARAMS.read_text(encoding="utf-8")
            write_text(paths.PARAMS, with_study(text, name, block))
        params = load_params()
        study = params.named(name)
        made = pipelines.study_pipelines(
            [name], {name: study.task}, params.own_files, params.model_files
        )
        pipelines.write(made)
    _tell_git([paths.PARAMS, *made])
    return [paths.PARAMS, *made]


def told_of(name: str, again: bool = False) -> Iterator[str]:
    yield f"{paths.PARAMS}: the study {name}" + (" stays as it was" if again else "")
    yield f"{paths.pipeline(name)}: its pipeline"


def _dvc_files(files: Mapping[str, Path]) -> list[Path]:
    return [paths.OWN / f"{place}.dvc" for place in files]


def _put_under_dvc(files: Sequence[Path]) -> None:
    """Raises RegscopeError where DVC refuses."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo() as repo:
            repo.add([str(file) for file in files])
    except DvcException as error:
        raise RegscopeError(f"dvc add {files[0]}: {error}") from error


def _tell_git(files: Sequence[Path]) -> None:
    """Experiments see only what git knows of; outside of a repository there is nobody to tell."""
    there = [str(file) for file in files if file.exists()]
    with suppress(OSError):
        subprocess.run(["git", "add", "--", *there], check=False, capture_output=True)

"""What `regscope advise` does with a study, or with data that someone brings."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regscope.advice.advise import advising
from regscope.advice.asked import Asked
from regscope.advice.lost import without_room
from regscope.advice.output import store
from regscope.advice.stored import stored, stored_of
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.command.progress import bar
from regscope.own.brought import brought
from regscope.own.looked import Looked
from regscope.own.writing import check_name, enter, told_of
from regscope.pipelines.prepare import prepare
from regscope.report.advice_answer import answer
from regscope.report.advice_page import PAGE_FILE, write_page
from regscope.report.advice_settings import as_study, to_go_on
from regscope.report.advice_summary import write_summary
from regscope.report.advice_tables import table
from regscope.report.render import plain_text
from regscope.study.params import Study, load_params, written_study
from regscope.tracking.advised import track_advice

WIDTH = 100


@dataclass(frozen=True)
class Place:
    """Where an advice goes; `inside` the repository its page may link the documentation."""

    folder: Path
    plots: Path
    inside: bool


def of_study(name: str, asked: Asked, write: bool) -> None:
    """Advise on a study, and with `write` put what is advised into params.yaml."""
    params = load_params() if paths.PARAMS.is_file() else None
    if Path(name).is_file() and (params is None or name not in params.studies):
        raise RegscopeError(f"{name}: give --target COLUMN, what is to be told from the others")
    params = params or load_params()
    study = params.named(name)
    advised = f"{name}_advised"
    if write:
        # Before anything is searched.
        check_name(advised, again=False)
    prepare([name])
    place = Place(paths.advice(name), paths.advice_plots(name), inside=True)
    found = _advise(name, study, paths.prepared(name), asked, place)
    write_summary(stored_of(params.studies))
    track_advice(name)
    if write:
        _write(advised, as_study(found, written_study(name)))


def of_looked(name: str, looked: Looked, asked: Asked) -> None:
    """Advise on someone's own data, with the study that is proposed for them."""
    study, prepared = brought(looked)
    folder = Path(f"{name}-advice")
    _advise(name, study, prepared, asked, Place(folder, folder, inside=False))


def _advise(
    name: str, study: Study, prepared: Path, asked: Asked, place: Place
) -> Mapping[str, Any]:
    with bar(name) as (say, told), advising(name, study, prepared, asked, say, told) as advice:
        store(name, advice, place.folder)
        found = stored(place.folder)
        write_page(found, place.folder, place.plots, place.inside)
    print("\n" + plain_text(table(found)))
    print(textwrap.fill(" ".join(answer(found)), WIDTH))
    again = f" the same again: --trials {found['trials']};" * (not without_room(found["unfit"]))
    print(f"\n{found['networks']:,} networks;{again} {place.folder / PAGE_FILE}")
    print(f"To go on with it:\n\n{textwrap.indent(to_go_on(found), '  ')}")
    return found


def _write(name: str, block: Mapping[str, Any]) -> None:
    if "advised" not in block["regularizers"]:
        print("\nnothing written: no regularizer is advised, and a study needs a cell beside none")
        return
    enter(name, block)
    print("\n" + "\n".join(told_of(name)))
    print(f"next: dvc exp run -S study={name} -S reg=advised")

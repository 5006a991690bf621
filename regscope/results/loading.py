"""One study's results, read back from `metrics/studies/`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from regscope.base import paths
from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.base.json_files import read_json
from regscope.base.lines import choose
from regscope.datasets.base import DESCRIPTION_FILE
from regscope.datasets.splits import GroupSizes
from regscope.measures.catalog import named, score_in
from regscope.results.complete import check_by_seed, check_table, check_values, empty
from regscope.results.digests import check_digests
from regscope.results.reader import check_columns, read_table
from regscope.results.study import (
    LATER,
    OPTIONAL,
    TABLES,
    StudyResults,
    no_discordant,
)
from regscope.study.evaluation import PRIMARIES
from regscope.study.params import Study
from regscope.tasks import Table, task_in

if TYPE_CHECKING:
    import pandas as pd


def has_results(name: str) -> bool:
    return (paths.summary(name) / paths.SEEDS_FILE).is_file()


def load(name: str) -> StudyResults:
    """Read what `gather` gave and the stage `summarize` wrote.

    Raises RegscopeError when a table is missing that every study has, as in one evaluated by an
    older version, and when one is not whole or not as it was written.
    """
    folder = paths.summary(name)
    written = known_settings(name)

    def table(kind: Table, tables: Sequence[Table]) -> pd.DataFrame | None:
        file = folder / f"{kind}.csv"
        if kind in OPTIONAL and not file.is_file():
            return no_discordant()
        if kind not in tables:
            return empty(kind)
        if kind in LATER and not file.is_file():
            return None
        try:
            found = read_table(file)
        except FileNotFoundError as error:
            raise _missing(file, name) from error
        check_table(kind, found, file, written)
        return found

    seeds = table("seeds", TABLES)
    assert seeds is not None
    there = task_in(seeds.columns).tables
    others: dict[str, Any] = {kind: table(kind, there) for kind in TABLES if kind != "seeds"}
    check_digests(folder)
    return StudyResults(seeds, **others, primary=_primary(name, seeds))


def _primary(name: str, seeds: pd.DataFrame) -> str:
    """Raises RegscopeError where the study is about a measure that its table does not have."""
    file = paths.summary(name) / paths.SETTINGS_FILE
    written = known_settings(name).get("evaluation", {})
    primary = written.get("primary") if isinstance(written, dict) else written
    if primary is None:
        primary = named(score_in(seeds.columns)).stem
    if not isinstance(primary, str) or primary not in PRIMARIES:
        raise RegscopeError(f"{file}: evaluation.primary = {primary}: {choose(PRIMARIES)}")
    measure = PRIMARIES[primary]
    check_primary(seeds, primary, measure, paths.summary(name) / paths.SEEDS_FILE, name)
    return measure


def check_primary(seeds: pd.DataFrame, primary: str, measure: str, file: Path, name: str) -> None:
    """Raises RegscopeError where the table lacks the primary measure, or has it in no seed."""
    if measure not in seeds.columns or seeds[measure].isna().all():
        raise RegscopeError(
            f"studies.{name}.evaluation.primary = {primary}: {file} has no {measure}; rebuild the"
            f" study with: dvc exp run -S study={name}"
        )


def settings(name: str) -> dict[str, Any]:
    """The study's block of params.yaml when its results were made."""
    return _described(name, paths.SETTINGS_FILE)


def known_settings(name: str) -> dict[str, Any]:
    """`settings`; empty where they were not written."""
    return settings(name) if (paths.summary(name) / paths.SETTINGS_FILE).is_file() else {}


def trained(name: str) -> Study:
    """The study as it was when its results were made, which params.yaml may no longer be.

    Raises RegscopeError as `as_study` does.
    """
    return as_study(name, settings(name))


def as_study(name: str, written: dict[str, Any]) -> Study:
    """Of a study's settings when its results were made.

    Raises RegscopeError where they mean nothing any more: a regularizer that is gone.
    """
    try:
        return Study.model_validate(written)
    except ValidationError as error:
        file = paths.summary(name) / paths.SETTINGS_FILE
        raise RegscopeError(
            f"{file}: {one_line(error, written)}; rebuild the study with:"
            f" dvc exp run -S study={name}"
        ) from error


def accuracies(name: str, reg: str) -> dict[int, float]:
    """`{seed: test accuracy}` of a cell, or what stands for it in the study's task.

    Empty where the study has no results.

    Raises RegscopeError where the table is not whole, or not as it was written.
    """
    if not has_results(name):
        return {}
    file = paths.summary(name) / paths.SEEDS_FILE
    table = read_table(file)
    score = score_in(table.columns)
    check_columns(table, (score,), file)
    check_by_seed(table, ("reg", "seed"), file, known_settings(name))
    check_values(table, file)
    check_digests(file.parent)
    own = table[table["reg"] == reg]
    return {int(seed): float(found) for seed, found in zip(own["seed"], own[score], strict=True)}


def environment(name: str) -> dict[str, Any]:
    """What the study's cells were trained with; a list where they differ."""
    return _described(name, paths.ENVIRONMENT)


def flaws(name: str) -> tuple[str, ...]:
    """What is known to be wrong with the study's data, a sentence each."""
    return tuple(_described(name, DESCRIPTION_FILE).get("notes", ()))


def tested(name: str, study: Study) -> int:
    """How many examples a seed of the study is tested on, or of sentences so many sentences."""
    if study.split.by != "group":
        return study.test_size(None)
    found = _described(name, DESCRIPTION_FILE).get("groups")
    if not isinstance(found, dict) or set(found) != {"largest", "divisor"}:
        file = paths.summary(name) / DESCRIPTION_FILE
        raise RegscopeError(f"{file}: groups = {found}: must be their largest and divisor")
    return study.test_size(GroupSizes(**found))


def _described(name: str, file: str) -> dict[str, Any]:
    path = paths.summary(name) / file
    try:
        return read_json(path)
    except FileNotFoundError as error:
        raise _missing(path, name) from error


def _missing(file: Path, name: str) -> RegscopeError:
    return RegscopeError(f"{file}: not there; rebuild the study with: dvc exp run -S study={name}")

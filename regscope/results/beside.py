"""The committed tables of the pipelines beside the first: metrics/paths and metrics/rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.json_files import read_json
from regscope.measures.catalog import ACCURACY, named
from regscope.results.complete import GUESSED, cells_of, check_values, seeds_of
from regscope.results.digests import check_digests
from regscope.results.reader import (
    check_cells,
    check_columns,
    check_once,
    check_rows,
    check_seeds,
    read_table,
)

if TYPE_CHECKING:
    import pandas as pd

JUDGED = (ACCURACY, named(ACCURACY).on_validation)
"""Columns that whatever was chosen on validation has."""

VERDICT = ("difference", "low", "high", "p_value", "p_holm", "verdict")


@dataclass(frozen=True)
class SweepTables:
    """A study's strength paths: `paths` has a row a family, strength and seed, `tuned` a row a
    family; `pairs`, a row a pair, and `guess`, a row a seed, are None where there are none."""

    paths: pd.DataFrame
    tuned: pd.DataFrame
    pairs: pd.DataFrame | None
    guess: pd.DataFrame | None
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class RatesTables:
    """A study's learning rates: `search` has a row a cell, learning rate, number of epochs and
    seed, `seeds` a row a cell and seed, `tuned` a row a cell."""

    search: pd.DataFrame
    seeds: pd.DataFrame
    tuned: pd.DataFrame
    settings: Mapping[str, Any]


def read_sweep(folder: Path, as_written: bool = True) -> SweepTables | None:
    """What is in a folder of metrics/paths; None where nothing is.

    Raises RegscopeError where a table is missing or not whole, or, of what must still be
    `as_written`, has been changed since.
    """
    if not (folder / "paths.csv").is_file() and not (folder / "tuned.csv").is_file():
        return None
    settings = _settings(folder)
    sweep = _block(settings, "sweep")
    files = {name: folder / f"{name}.csv" for name in ("paths", "tuned", "pairs", "guess")}
    key = ("family", "strength", "seed")
    columns = ("test_loss", "validation_loss", *JUDGED)
    path = _by_seed(files["paths"], key, columns, sweep.get("seeds"))
    check_values(path, files["paths"], JUDGED)
    swept = {name: of for name, of in _block(sweep, "families").items() if of is not None}
    families = list(swept) or list(path["family"].unique())
    check_cells(path, families, files["paths"], "family")
    strengths = {family: _list(_block(swept, family), "strengths") for family in swept}
    if swept and all(strengths.values()):
        points = [(family, point) for family, own in strengths.items() for point in (0.0, *own)]
        check_rows(path, ("family", "strength"), points, files["paths"])
    tuned = _by_name(files["tuned"], "family", ("strength", *JUDGED, *VERDICT), families)
    pairs = guess = None
    methods = _list(_block(sweep, "pairs"), "methods")
    if methods or files["pairs"].is_file():
        pairs = _found(files["pairs"])
        check_once(pairs, ("first", "second"), files["pairs"])
        check_columns(pairs, ("seeds", "both", "first_alone", "second_alone"), files["pairs"])
        check_columns(pairs, VERDICT, files["pairs"])
        check_values(pairs, files["pairs"])
        if methods:
            check_rows(pairs, ("first", "second"), combinations(methods, 2), files["pairs"])
    if files["guess"].is_file():
        guess = _by_seed(files["guess"], ("seed",), JUDGED, sweep.get("seeds"))
        check_values(guess, files["guess"], JUDGED, GUESSED)
    if as_written:
        check_digests(folder)
    return SweepTables(path, tuned, pairs, guess, settings)


def read_rates(folder: Path, as_written: bool = True) -> RatesTables | None:
    """What is in a folder of metrics/rates; None where nothing is. Raises as `read_sweep` does."""
    if not (folder / "tuned.csv").is_file() and not (folder / paths.SEEDS_FILE).is_file():
        return None
    settings = _settings(folder)
    key = ("reg", "learning_rate", "epochs", "seed")
    study, grid = _block(settings, "study"), _block(settings, "grid")
    search = _by_seed(folder / "search.csv", key, ("validation_accuracy",), grid.get("seeds"))
    columns = ("learning_rate", "epochs", ACCURACY, "test_loss")
    seeds = _by_seed(folder / paths.SEEDS_FILE, ("reg", "seed"), columns, seeds_of(study))
    cells = cells_of(study) or list(seeds["reg"].unique())
    for table, file in ((search, "search.csv"), (seeds, paths.SEEDS_FILE)):
        check_values(table, folder / file)
        check_cells(table, cells, folder / file)
    tried = list(product(_list(grid, "learning_rates"), _list(grid, "epochs")))
    points = [(cell, *point) for cell in cells for point in tried]
    if points:
        check_rows(search, ("reg", "learning_rate", "epochs"), points, folder / "search.csv")
    _check_chosen(seeds, search, folder / paths.SEEDS_FILE)
    chosen = ("learning_rate", "epochs", "rate_end", "most_epochs", *JUDGED, *VERDICT)
    tuned = _by_name(folder / "tuned.csv", "reg", chosen, cells)
    if as_written:
        check_digests(folder)
    return RatesTables(search, seeds, tuned, settings)


def _by_seed(file: Path, key: Sequence[str], columns: Sequence[str], seeds: object) -> pd.DataFrame:
    """`seeds`: how many there must be; as many as the table has at most, where it is no number."""
    table = _found(file)
    check_columns(table, columns, file)
    check_once(table, key, file)
    if table.empty:
        raise RegscopeError(f"{file}: has no rows")
    known = seeds if isinstance(seeds, int) else int(table["seed"].max()) + 1
    check_seeds(table, key, known, file)
    return table


def _by_name(file: Path, name: str, columns: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
    table = _found(file)
    check_columns(table, columns, file)
    check_once(table, (name,), file)
    check_values(table, file, JUDGED)
    check_cells(table, names, file, name)
    return table


def _check_chosen(seeds: pd.DataFrame, search: pd.DataFrame, file: Path) -> None:
    """Refuse a cell whose seeds were trained in several ways, or in one that was not tried."""
    setting = ["reg", "learning_rate", "epochs"]
    tried = set(search[setting].itertuples(index=False, name=None))
    chosen: dict[str, int] = {}
    for place, reg, rate, epochs in seeds[setting].drop_duplicates().itertuples(name=None):
        told = f"{file}: line {place + 2}: {reg}, learning_rate {rate:g}, epochs {epochs:g}"
        if (reg, rate, epochs) not in tried:
            raise RegscopeError(f"{told}: was not tried in search.csv")
        if reg in chosen:
            raise RegscopeError(f"{told}: is another setting than on line {chosen[reg]}")
        chosen[reg] = place + 2


def _found(file: Path) -> pd.DataFrame:
    try:
        return read_table(file)
    except FileNotFoundError as error:
        raise _missing(file) from error


def _settings(folder: Path) -> dict[str, Any]:
    try:
        return read_json(folder / paths.SETTINGS_FILE)
    except FileNotFoundError as error:
        raise _missing(folder / paths.SETTINGS_FILE) from error


def _missing(file: Path) -> RegscopeError:
    return RegscopeError(
        f"{file}: not there; bring it back with: git checkout {file}, or make it anew with:"
        f" make {file.parts[-3]}"
    )


def _list(settings: Mapping[str, Any], key: str) -> list[Any]:
    found = settings.get(key)
    return found if isinstance(found, list) else []


def _block(settings: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = settings.get(key)
    return found if isinstance(found, dict) else {}

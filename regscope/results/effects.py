"""What a study's effects are told by: seeds, comparisons, and what was chosen on its sweep."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regscope.base import paths
from regscope.results.beside import read_sweep
from regscope.results.complete import check_by_seed
from regscope.results.digests import check_digests
from regscope.results.loading import settings
from regscope.results.reader import check_once, read_table

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[Hashable, Any]


@dataclass(frozen=True)
class EffectTables:
    """`tuned` and `pairs` hold the rows of the study's sweep, if there is one, `discordant` those
    of discordant.csv."""

    settings: Mapping[str, Any]
    seeds: pd.DataFrame
    comparisons: pd.DataFrame
    tuned: Sequence[Row]
    pairs: Sequence[Row]
    discordant: Sequence[Row]


def read_effects(study: str) -> EffectTables:
    """A sweep that was not made leaves nothing behind.

    Raises RegscopeError where a table is not whole, or not as it was written.
    """
    folder, swept = paths.summary(study), paths.sweep_summary(study)
    written = settings(study)
    seeds, compared = (read_table(folder / f"{kind}.csv") for kind in ("seeds", "comparisons"))
    check_by_seed(seeds, ("reg", "seed"), folder / paths.SEEDS_FILE, written)
    check_once(compared, ("reg", "measure"), folder / "comparisons.csv")
    sweep = read_sweep(swept, as_written=False)
    pairs = None if sweep is None else sweep.pairs
    found = EffectTables(
        written,
        seeds,
        compared,
        [] if sweep is None else sweep.tuned.to_dict("records"),
        [] if pairs is None else pairs.to_dict("records"),
        _rows(folder / "discordant.csv"),
    )
    for one in (folder, swept):
        check_digests(one)
    return found


def _rows(file: Path) -> list[dict[Hashable, Any]]:
    if not file.is_file():
        return []
    table = read_table(file)
    check_once(table, ("reg",), file)
    return table.to_dict("records")

"""`regscope rederive`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from regscope.study.params import Study


def rederive(
    studies: Annotated[
        list[str] | None, typer.Argument(metavar="STUDY", help="By default all with results.")
    ] = None,
) -> None:
    """Compute anew what follows from committed tables.

    Their digests are listed anew, too: for tables changed or merged by hand.

    \b
    Reads   metrics/studies/STUDY/seeds.csv, settings.json and more; metrics/paths and metrics/rates
    Writes  comparisons.csv, summary.json, guess.csv, verdicts of paths and rates, SHA256SUMS;
            nothing where a table is not whole
    Example regscope rederive digits
    """
    from regscope.arithmetic import steady_numpy

    # As the stages do that write these files. Nothing has loaded numpy yet.
    steady_numpy()
    from regscope.base import paths
    from regscope.rates.rederived import rederived_rates
    from regscope.results.rederived import rederive as rederive_studies
    from regscope.sweeps.rederived import rederived_sweep

    def beside(name: str, study: Study) -> dict[Path, str]:
        swept = rederived_sweep(paths.sweep_summary(name), study)
        return swept | rederived_rates(paths.rates_summary(name), study.evaluation.matters)

    rederive_studies(studies or (), beside)

"""What a picture says, in words, for those who do not see it: its numbers, from the tables."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from regscope.figures.style import display_name
from regscope.measures.catalog import ACCURACY
from regscope.report.cell_means import CellMeans
from regscope.report.formats import fixed, plain
from regscope.report.measured import BY_KEY
from regscope.report.pictures import Picture
from regscope.report.sections import Section
from regscope.report.sweep_tables import measure_of
from regscope.statistics import LEFT_OUT
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    import pandas as pd

MEASURES = {
    "accuracy": (ACCURACY,),
    "r2": ("test_r2",),
    "predicted": ("test_rmse", "test_mae"),
    "residuals": ("test_rmse", "test_mae"),
    "curves": ("train_loss", "test_loss"),
    "weights": ("weight_std", "near_zero_fraction"),
    "weights_by_layer": ("weight_std",),
    "structure": ("weight_hoyer", "weight_gini"),
    "heatmaps": ("weight_std", "zero_fraction"),
    "pruning": ("prunable_fraction",),
    "robustness": ("corruption_accuracy",),
    "reliability": ("expected_calibration_error",),
    "units": ("unit_correlation", "effective_rank_fraction", "dead_unit_fraction"),
    "confusion": (ACCURACY,),
    "precision_recall": ("average_precision",),
    "predictions": (ACCURACY,),
    "decision": (ACCURACY,),
}
"""By the picture's name, what it shows of every cell."""


def alternative_text(picture: Picture, section: Section, means: CellMeans) -> str:
    """The title, what is to be seen, and the numbers of all cells.

    means: of `cell_means.cell_means`.
    """
    return " ".join((picture.alt, *_numbers(picture.name, section, means)))


def published_text(sections: Iterable[Section]) -> Iterator[str]:
    """A sentence a table of published accuracies: every run beside the mean of ours, in percent."""
    measure = BY_KEY[ACCURACY]
    for section in sections:
        for document in section.documents:
            if document.of_accuracy:
                means = section.results.seeds.groupby("reg")[ACCURACY].mean()
                yield _listed(
                    f"{section.study.title}, published and measured, %",
                    {
                        reg: f"{measure.value(run)} and {measure.value(means[reg])}"
                        for reg, run in document.runs.items()
                        if reg in means
                    },
                )


def _numbers(name: str, section: Section, means: CellMeans) -> Iterator[str]:
    for measure in MEASURES.get(name, ()):
        if measure in means:
            yield _listed(BY_KEY[measure].title, means[measure])
    if name == "confusion":
        yield from _mixed_up(section.results.confused)
    if section.sweep is not None and name == "paths":
        yield from _tuned(section.sweep.tuned)
    if section.sweep is not None and section.sweep.pairs is not None and name == "pairs":
        yield from _pairs(section.sweep.pairs)


def _mixed_up(confused: pd.DataFrame) -> Iterator[str]:
    rows = confused[confused["reg"] == BASELINE].to_dict("records")
    if rows:
        most = max(rows, key=lambda row: row["errors"])
        yield (
            f"{display_name(BASELINE)} mixes up {most['first']} and {most['second']} most often:"
            f" {fixed(most['errors'], 1)} errors a seed."
        )


def _tuned(tuned: pd.DataFrame) -> Iterator[str]:
    chosen = {
        str(row["family"]): f"strength {plain(row['strength'])}, {_difference(row)}"
        for row in tuned.to_dict("records")
        if row["verdict"] != LEFT_OUT
    }
    yield _listed("Best in validation, and its difference to strength 0 in test", chosen)


def _pairs(pairs: pd.DataFrame) -> Iterator[str]:
    shown = [
        f"{display_name(row['first'])} with {display_name(row['second'])} {_difference(row)}"
        for row in pairs.to_dict("records")
        if row["verdict"] != LEFT_OUT
    ]
    if shown:
        yield f"Difference to the better one alone: {', '.join(shown)}."


def _difference(row: Mapping[Hashable, Any]) -> str:
    measure = measure_of(row)
    return f"{measure.difference(row['difference'])}{measure.unit.replace(',', '')}"


def _listed(what: str, by_cell: Mapping[str, str]) -> str:
    return f"{what}: {', '.join(f'{display_name(reg)} {text}' for reg, text in by_cell.items())}."

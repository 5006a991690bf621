"""Tables of weights: of all layers together, of every layer, and of L1's two forms."""

from __future__ import annotations

from collections.abc import Sequence

from regscope.figures.style import display_name
from regscope.measures.catalog import ACCURACY, named, of_layers, of_part
from regscope.report.columns import Column, column_of, numbers_table
from regscope.report.means import ByCell, layer_means, seed_means
from regscope.report.render import Cell, Table
from regscope.results import StudyResults

_SHAPE = ("std", "kurtosis", "l1_norm", "l2_norm", "max_norm")

ALL_LAYERS = tuple(
    map(column_of, of_part("weights", *(f"weight_{n}" for n in _SHAPE), "stable_rank_fraction"))
)

LEFT_OUT = ("mean", "skewness")
"""What the tables of single layers do not show."""

ONE_LAYER = tuple(
    column_of(measure)
    for measure in of_layers(*_SHAPE, "spectral_norm", "stable_rank")
    if measure.name not in LEFT_OUT
)

L1_FORMS = ("l1", "l1_prox")


def all_layers_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """The weights of all layers together, means over seeds."""
    caption = "All layers together, means over seeds"
    return numbers_table(caption, _means(results, ALL_LAYERS), regs, ALL_LAYERS)


def layer_tables(results: StudyResults, regs: Sequence[str]) -> list[Table]:
    """One table a layer, means over seeds, so that cells stand below each other."""
    means = layer_means(results.layers, [str(entry.measure) for entry in ONE_LAYER])
    return [numbers_table(layer, own, regs, ONE_LAYER) for layer, own in means.items()]


def l1_table(results: StudyResults) -> Table | None:
    """The penalty and the proximal step side by side; None unless the study has both."""
    if not set(L1_FORMS) <= set(results.cells):
        return None
    columns = (
        column_of(named(ACCURACY)),
        *(entry for entry in ALL_LAYERS if entry.measure in _OF_BOTH),
        column_of(named("prunable_fraction")),
    )
    whole = numbers_table("", _means(results, columns), L1_FORMS, columns)
    rows = zip(*(row[1:] for row in whole.rows), strict=True)
    return Table(
        "The same penalty in the loss and as a proximal step, means over seeds",
        ("Measure", *(display_name(reg) for reg in L1_FORMS)),
        tuple((Cell(head), *pair) for head, pair in zip(whole.columns[1:], rows, strict=True)),
    )


def _means(results: StudyResults, columns: Sequence[Column]) -> dict[str, ByCell]:
    return seed_means(results, [str(entry.measure) for entry in columns])


_OF_BOTH = {
    "zero_fraction",
    "near_zero_fraction",
    "weight_l1_norm",
    "weight_kurtosis",
    "weight_hoyer",
    "weight_gini",
}

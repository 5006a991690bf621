"""Tables of weights: of all layers together, of every layer, and of L1's two forms."""

from __future__ import annotations

from collections.abc import Sequence

from regscope.figures.style import display_name
from regscope.measures.catalog import ACCURACY, named, of_layers, of_part
from regscope.report.columns import column_of, frame_table
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
    return frame_table(caption, results.seed_means, regs, ALL_LAYERS)


def layer_tables(results: StudyResults, regs: Sequence[str]) -> list[Table]:
    """One table a layer, means over seeds, so that cells stand below each other."""
    means = results.layers.groupby(["layer", "reg"], sort=False).mean()
    return [
        frame_table(str(layer), means.loc[layer], regs, ONE_LAYER)
        for layer in results.layers["layer"].unique()
    ]


def l1_table(results: StudyResults) -> Table | None:
    """The penalty and the proximal step side by side; None unless the study has both."""
    if not set(L1_FORMS) <= set(results.cells):
        return None
    columns = (
        column_of(named(ACCURACY)),
        *(entry for entry in ALL_LAYERS if entry.measure in _OF_BOTH),
        column_of(named("prunable_fraction")),
    )
    whole = frame_table("", results.seed_means, L1_FORMS, columns)
    rows = zip(*(row[1:] for row in whole.rows), strict=True)
    return Table(
        "The same penalty in the loss and as a proximal step, means over seeds",
        ("Measure", *(display_name(reg) for reg in L1_FORMS)),
        tuple((Cell(head), *pair) for head, pair in zip(whole.columns[1:], rows, strict=True)),
    )


_OF_BOTH = {
    "zero_fraction",
    "near_zero_fraction",
    "weight_l1_norm",
    "weight_kurtosis",
    "weight_hoyer",
    "weight_gini",
}

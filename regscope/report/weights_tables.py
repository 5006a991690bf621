"""Tables of weights: of all layers together, of every layer, and of L1's two forms."""

from __future__ import annotations

from collections.abc import Sequence

from regscope.figures.style import display_name
from regscope.report.columns import Column, frame_table, seed_means
from regscope.report.formats import fixed_column
from regscope.report.render import Cell, Table
from regscope.results import StudyResults

_PERCENT = fixed_column(2, 100)
_SHARE = fixed_column(3)

_SHAPE = (
    ("SD", "std", None),
    ("Excess kurtosis", "kurtosis", fixed_column(2)),
    ("L1 norm", "l1_norm", None),
    ("L2 norm", "l2_norm", None),
    ("Largest", "max_norm", None),
)
_SPARSITY = (
    ("Near zero, %", "near_zero_fraction", _PERCENT),
    ("Exactly zero, %", "zero_fraction", _PERCENT),
    ("Hoyer", "{}hoyer", _SHARE),
    ("Gini", "{}gini", _SHARE),
)

ALL_LAYERS = (
    *(Column(head, f"weight_{key}", *([shown] if shown else [])) for head, key, shown in _SHAPE),
    Column("Stable rank, % of full", "stable_rank_fraction", fixed_column(1, 100)),
    *(Column(head, key.format("weight_"), shown) for head, key, shown in _SPARSITY),
    Column("Filter total variation", "filter_total_variation"),
)

ONE_LAYER = (
    *(Column(head, key, *([shown] if shown else [])) for head, key, shown in _SHAPE),
    Column("Spectral norm", "spectral_norm"),
    Column("Stable rank", "stable_rank", fixed_column(1)),
    *(Column(head, key.format(""), shown) for head, key, shown in _SPARSITY),
    Column("Total variation", "total_variation"),
)

L1_FORMS = ("l1", "l1_prox")


def all_layers_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """The weights of all layers together, means over seeds."""
    caption = "All layers together, means over seeds"
    return frame_table(caption, seed_means(results), regs, ALL_LAYERS)


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
        Column("Test accuracy, %", "test_accuracy", _PERCENT),
        *(entry for entry in ALL_LAYERS if entry.measure in _OF_BOTH),
        Column("Prunable weights, %", "prunable_fraction", _PERCENT),
    )
    whole = frame_table("", seed_means(results), L1_FORMS, columns)
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

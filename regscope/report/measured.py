"""How the measures that cells are compared in are named and written."""

from __future__ import annotations

from dataclasses import dataclass

from regscope.report.formats import fixed
from regscope.results import COMPARED


@dataclass(frozen=True)
class Measure:
    """`title` heads a column and says the unit; `short` fits a narrow one.

    Values are multiplied by `scale` (100 for fractions) and shown with `decimals`.
    """

    key: str
    title: str
    short: str
    decimals: int = 2
    scale: float = 100.0

    @property
    def name(self) -> str:
        """`short` without the unit, inside a sentence."""
        name = self.short.removesuffix(", points")
        return name if name[:2].isupper() else name[:1].lower() + name[1:]

    @property
    def neutral(self) -> bool:
        """Whether neither more nor less of it is better by itself."""
        return COMPARED[self.key] is None

    @property
    def less_is_better(self) -> bool:
        return COMPARED[self.key] is False

    @property
    def unit(self) -> str:
        return ", points" if self.scale == 100 else ""

    def value(self, value: float) -> str:
        return fixed(self.scale * value, self.decimals)

    def difference(self, value: float) -> str:
        return fixed(self.scale * value, self.decimals, signed=True)


ACCURACY = Measure("test_accuracy", "Test accuracy, %", "Test accuracy, points")

MEASURES = (
    ACCURACY,
    Measure("test_loss", "Test loss", "Test loss", 4, 1),
    Measure("balanced_accuracy", "Balanced accuracy, %", "Balanced accuracy, points"),
    Measure("roc_auc", "ROC AUC, %", "ROC AUC, points"),
    Measure("generalization_gap", "Gap (train − test), points", "Gap, points"),
    Measure("expected_calibration_error", "Calibration error, points", "Calibration error, points"),
    Measure("brier_score", "Brier score", "Brier score", 4, 1),
    Measure("corruption_accuracy", "Accuracy under corruption, %", "Under corruption, points"),
    Measure("prunable_fraction", "Prunable weights, %", "Prunable, points"),
    Measure("unit_correlation", "Correlation of hidden units", "Unit correlation", 3, 1),
)

BY_KEY = {measure.key: measure for measure in MEASURES}

"""The cells that differ between two trees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from regscope.results import SUMMARY
from regscope.review.dotted import Change, changes
from regscope.review.metrics import Metrics, Seeds, StudyMetrics
from regscope.review.noise import Difference, difference, moved, same_accuracy

ACCURACY = "test_accuracy"

TRAINED_BY = ("data", "split", "model", "training")
"""The blocks of a study, beside the cell's own, that decide what its networks become."""


@dataclass(frozen=True)
class CellChange:
    """`before` and `after` are test accuracies by seed, empty where there is no such cell.

    `difference` is None of a cell that is new or gone; `settings` are those that changed, all
    the cell's own of a new one.
    """

    study: str
    cell: str
    before: Seeds
    after: Seeds
    difference: Difference | None
    settings: tuple[Change, ...]

    @property
    def kind(self) -> str:
        """`new`, `gone`, `equal`, `too few seeds`, `within` or `beyond` noise."""
        if self.difference is None:
            return "new" if self.after else "gone"
        if self.difference.paired and same_accuracy(self.before, self.after):
            return "equal"
        if not self.difference.decided:
            return "too few seeds"
        return "within" if self.difference.within_noise else "beyond"


def cell_names(before: Metrics, after: Metrics) -> Iterator[tuple[str, str]]:
    """Every study and cell that either has, once, in order."""
    for study in dict.fromkeys((*after.studies, *before.studies)):
        yield from dict.fromkeys(
            (study, cell)
            for metrics in (after, before)
            if study in metrics.studies
            for cell in metrics.studies[study].seeds
        )


def changed_cells(before: Metrics, after: Metrics) -> tuple[CellChange, ...]:
    """The cells that are new or gone, were trained by other settings, or have other accuracies."""
    found = (_compared(name, cell, before, after) for name, cell in cell_names(before, after))
    return tuple(change for change in found if change is not None)


def other_measures(
    before: Metrics, after: Metrics, listed: Iterable[CellChange]
) -> Mapping[str, int]:
    """In how many cells, but for those listed, each other measure moved (`noise.moved`).

    A measure counts where both trees have it.
    """
    known = {(change.study, change.cell) for change in listed}
    found: Counter[str] = Counter()
    for study, cell in cell_names(before, after):
        if (study, cell) not in known:
            old, new = (metrics.studies[study].seeds[cell] for metrics in (before, after))
            shared = [name for name in SUMMARY if name in old and name in new and name != ACCURACY]
            found.update(measure for measure in shared if moved(old[measure], new[measure]))
    return found


def _compared(study: str, cell: str, before: Metrics, after: Metrics) -> CellChange | None:
    old, new = (_accuracies(metrics.studies.get(study), cell) for metrics in (before, after))
    if not old or not new:
        return CellChange(study, cell, old, new, None, changes({}, _own(after, study, cell)))
    settings = changes(_settings(before, study, cell), _settings(after, study, cell))
    if not settings and same_accuracy(old, new):
        return None
    return CellChange(study, cell, old, new, difference(old, new), settings)


def _accuracies(study: StudyMetrics | None, cell: str) -> Seeds:
    return study.seeds.get(cell, {}).get(ACCURACY, {}) if study else {}


def _settings(metrics: Metrics, study: str, cell: str) -> dict[str, Any]:
    """What trained the cell, its own settings by their names."""
    written = metrics.studies[study].settings
    shared = {block: written[block] for block in TRAINED_BY if block in written}
    return shared | _own(metrics, study, cell)


def _own(metrics: Metrics, study: str, cell: str) -> dict[str, Any]:
    found = metrics.studies.get(study)
    own: dict[str, Any] = (found.settings.get("regularizers", {}).get(cell) if found else {}) or {}
    return own

"""The cells that differ between two trees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from regscope.results import SUMMARY
from regscope.review.dotted import Change, changes
from regscope.review.metrics import Metrics, Seeds, StudyMetrics, block
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
        written = after.studies[study].settings if new else {}
        own = block(block(written, "regularizers"), cell)
        return CellChange(study, cell, old, new, None, changes({}, own))
    settings = _other_settings(before.studies[study], after.studies[study], cell)
    if not settings and same_accuracy(old, new):
        return None
    return CellChange(study, cell, old, new, difference(old, new), settings)


def _accuracies(study: StudyMetrics | None, cell: str) -> Seeds:
    return study.seeds.get(cell, {}).get(ACCURACY, {}) if study else {}


def _other_settings(old: StudyMetrics, new: StudyMetrics, cell: str) -> tuple[Change, ...]:
    """Those that trained the cell, its own by their names.

    A block that an older version did not state is no difference.
    """
    stated = [key for key in TRAINED_BY if key in old.settings and key in new.settings]
    both = [
        ({key: study.settings[key] for key in stated}, block(study.settings, "regularizers"))
        for study in (old, new)
    ]
    own = all(cell in cells for _, cells in both)
    return changes(*(shared | (block(cells, cell) if own else {}) for shared, cells in both))

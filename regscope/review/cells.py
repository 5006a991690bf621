"""The cells that differ between two trees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from regscope.measures.catalog import ACCURACY, score_in
from regscope.results import SUMMARY
from regscope.review.dotted import Change, changes
from regscope.review.metrics import Metrics, Seeds, StudyMetrics, block
from regscope.review.noise import Difference, difference, moved, same_accuracy

TRAINED_BY = ("data", "split", "model", "training")
"""The blocks of a study, beside the cell's own, that decide what its networks become."""


@dataclass(frozen=True)
class CellChange:
    """`before` and `after` are by seed what the study is about, `measure`; empty where there is no
    such cell.

    `guess`: it is not better than the constant guess now. `difference` is None of a cell that is
    new or gone; `settings` are those that changed, all the cell's own of a new one.
    """

    study: str
    cell: str
    before: Seeds
    after: Seeds
    difference: Difference | None
    settings: tuple[Change, ...]
    measure: str = ACCURACY
    guess: bool = False

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
            shared = [
                name
                for name in SUMMARY
                if name in old and name in new and name != _measure(study, before, after)
            ]
            found.update(measure for measure in shared if moved(old[measure], new[measure]))
    return found


def _compared(study: str, cell: str, before: Metrics, after: Metrics) -> CellChange | None:
    measure = _measure(study, before, after)
    old, new = (_values(metrics.studies.get(study), cell, measure) for metrics in (before, after))
    if not old or not new:
        written = after.studies[study].settings if new else {}
        own = block(block(written, "regularizers"), cell)
        guess = bool(new) and cell in after.studies[study].guesses
        return CellChange(study, cell, old, new, None, changes({}, own), measure, guess)
    settings = _other_settings(before.studies[study], after.studies[study], cell)
    if not settings and same_accuracy(old, new):
        return None
    guess = cell in after.studies[study].guesses
    return CellChange(study, cell, old, new, difference(old, new), settings, measure, guess)


def _measure(study: str, before: Metrics, after: Metrics) -> str:
    """What the study is about now; accuracy where a tree does not have that yet."""
    found = [metrics.studies[study] for metrics in (after, before) if study in metrics.studies]
    primary = found[0].primary
    has = all(primary in cell for one in found for cell in one.seeds.values())
    measures = set().union(*found[0].seeds.values())
    return primary if has else score_in(measures)


def _values(study: StudyMetrics | None, cell: str, measure: str) -> Seeds:
    return study.seeds.get(cell, {}).get(measure, {}) if study else {}


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

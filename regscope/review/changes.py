"""All that differs between two trees, gathered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from regscope.base import paths
from regscope.review.cells import CellChange, cell_names, changed_cells, other_measures
from regscope.review.dotted import Change, changes
from regscope.review.flips import Flip, flips, gone_claims, new_claims
from regscope.review.metrics import read_metrics, read_params
from regscope.review.metrics_diff import Rows
from regscope.review.pictures import ChangedPicture, changed_pictures
from regscope.review.provenance import elsewhere, outdated
from regscope.review.trees import Tree

SETTINGS = (paths.PARAMS, paths.PATHS_PARAMS)


@dataclass(frozen=True)
class Changes:
    """`cells` of `cell_count` changed; `params` by file; `dvc` is DVC's own table.

    `outdated`: studies whose results do not belong to params.yaml; `elsewhere`: studies that
    another machine, or other versions, trained; by the values that differ.
    """

    cells: tuple[CellChange, ...]
    cell_count: int
    measures: Mapping[str, int]
    flips: tuple[Flip, ...]
    new_claims: tuple[str, ...]
    gone_claims: tuple[str, ...]
    outdated: Mapping[str, tuple[Change, ...]]
    elsewhere: Mapping[str, tuple[Change, ...]]
    params: Mapping[Path, tuple[Change, ...]]
    dvc: Rows
    pictures: tuple[ChangedPicture, ...]

    @property
    def others(self) -> bool:
        """Whether anything differs beside cells' accuracies and verdicts."""
        return bool(
            self.measures
            or self.new_claims
            or self.gone_claims
            or self.outdated
            or self.elsewhere
            or self.dvc
            or any(self.params.values())
            or self.pictures
        )


def compare(before: Tree, after: Tree, dvc: Rows, committed: Mapping[str, str]) -> Changes:
    """`dvc` from `metrics_diff`, `committed` as `changed_pictures` takes it.

    Raises RegscopeError where one of the trees has no results, or a file cannot be read.
    """
    old, new = read_metrics(before), read_metrics(after)
    params = {path: (read_params(before, path), read_params(after, path)) for path in SETTINGS}
    cells = changed_cells(old, new)
    return Changes(
        cells,
        sum(1 for _ in cell_names(old, new)),
        other_measures(old, new, cells),
        flips(old, new),
        new_claims(old, new),
        gone_claims(old, new),
        outdated(new, params[paths.PARAMS][1]),
        elsewhere(old, new),
        {path: changes(*both) for path, both in params.items()},
        dvc,
        changed_pictures(before, after, committed),
    )

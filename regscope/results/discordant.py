"""Test examples that one of two cells gets right and the other wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regscope.base import paths
from regscope.base.tensors import read_tensors
from regscope.results.study import DISCORDANT, no_discordant
from regscope.statistics import shared_error
from regscope.study.params import BASELINE, Study

if TYPE_CHECKING:
    import pandas as pd


def discordant(name: str, study: Study) -> pd.DataFrame:
    """A row a cell but the baseline, where all seeds are tested on the same examples; else none.

    `gained` is the share of the test examples (words, of sentences) that the cell gets right and
    the baseline wrong, the mean over seeds, and `lost` the other way round: their difference is
    that of the accuracies. `test_set_error` is what the finite test set adds to the seeds' error
    of that difference (`shared_error`); of sentences whole ones are drawn, which `examples` counts.
    """
    import pandas as pd

    if not study.shared_test or "discordant" not in study.task.tables:
        return no_discordant()
    targets, right = _judged(name, study)
    rows = []
    for reg, own in right.items():
        if reg == BASELINE:
            continue
        gained, lost = own & ~right[BASELINE], ~own & right[BASELINE]
        rows.append(
            {
                "reg": reg,
                "examples": len(targets),
                "gained": float(gained.mean()),
                "lost": float(lost.mean()),
                "test_set_error": _shared_error(gained.astype(np.int64) - lost, targets),
            }
        )
    return pd.DataFrame(rows, columns=list(DISCORDANT))


def _judged(name: str, study: Study) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The test examples' targets `[N]` or `[N, T]`, and by cell which of them each seed gets right,
    `[S, N]` or `[S, words]`."""
    from regscope.datasets import Dataset

    dataset = Dataset.load(paths.prepared(name))
    targets = dataset.targets[dataset.split(study.split, 0).holdout]
    wanted = targets[targets >= 0]
    right = {
        reg: read_tensors(paths.evaluation(name, reg) / paths.ARRAYS_FILE)["predictions"] == wanted
        for reg in study.cells
    }
    return targets, right


def _shared_error(differences: np.ndarray, targets: np.ndarray) -> float:
    """`differences` `[S, N]`, or of sentences' words `[S, words]`."""
    if targets.ndim == 1:
        return shared_error(differences)
    words = (targets >= 0).sum(axis=1)
    ends = np.concatenate([np.zeros((len(differences), 1)), differences.cumsum(axis=1)], axis=1)
    places = np.concatenate([[0], words.cumsum()])
    return shared_error(np.diff(ends[:, places], axis=1), words)

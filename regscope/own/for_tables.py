"""What is proposed for a table by how many rows it has: split, network, training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from regscope.base.errors import RegscopeError
from regscope.datasets.splits import GroupSizes
from regscope.own import proposal
from regscope.own.table_asked import TableAsked
from regscope.tables.kinds import Held
from regscope.tables.look import Seen

WIDTHS = ((2_000, 64), (20_000, 128), (10**12, 256))
BATCHES = ((5_000, 32), (50_000, 128), (10**12, 512))
"""By the most rows."""

STEPS, EPOCHS, SEEDS = 2_000, (10, 200), 10

PORTABLE = 20_000
"""The most rows with which arithmetic that is the same on every processor costs little."""

MOST_MEASURED = 2_000


def proposed(
    seen: Seen, path: Path, target: str, asked: TableAsked, groups: np.ndarray, test_rows: int
) -> dict[str, Any]:
    """Split, network and training by how many rows there are.

    `groups` are the rows' own, where they are asked for; `test_rows` are those of a test file.
    Raises RegscopeError where groups are too few or too large for every seed to have all parts.
    """
    rows, has_test, counts = seen.rows, asked.test is not None, class_sizes(seen.target)
    train = rows if has_test else round(proposal.TRAIN * rows)
    batch, held = proposal.sizes(train, next(size for most, size in BATCHES if rows <= most))
    if asked.group:
        train, held = _by_group(asked.group, groups, has_test)
    split = proposal.split(train, held, bool(counts), has_test)
    if asked.group or asked.time:
        split["by"] = "group" if asked.group else "time"
    elif asked.stratify:
        split["by"] = "stratified"
    width = next(width for most, width in WIDTHS if rows <= most)
    training = proposal.training(
        train - held, batch, counts, steps=STEPS, epochs=EPOCHS, seeds=SEEDS
    )
    if rows <= PORTABLE:
        training["arithmetic"] = "portable"
    return {
        # A column without a name is called by its number.
        "title": f"{'column ' * target.isdecimal()}{target}, from {path.name}",
        "split": split,
        "model": {
            "kind": "tabular",
            "hidden": [width, width],
            "embedding": 8 if any(column.kind == "category" for column in seen.columns) else 0,
        },
        "training": training,
        "evaluation": proposal.evaluation(
            test_rows if has_test else rows - train, counts, MOST_MEASURED
        ),
    }


def class_sizes(target: Held) -> list[int]:
    """Rows of each class; none where targets are numbers."""
    if target.codes is None:
        return []
    return [int(count) for count in np.bincount(target.codes, minlength=len(target.categories))]


def _by_group(name: str, groups: np.ndarray, has_test: bool) -> tuple[int, int]:
    """How many rows train and how many of these are held out: the most that leave every part some.

    Of four fifths and less, with a part that early stopping watches beside the held out one.
    """
    rows, sizes = len(groups), GroupSizes.of(groups)
    for tenths in (10,) if has_test else (8, 7, 6, 5):
        train = round(tenths / 10 * rows)
        for share in (0.2, 0.1):
            held = max(2, round(share * train))
            if (has_test or sizes.left_to_test(rows, train) >= 2) and sizes.left_to_train(
                train, held, 2
            ) >= train / 4:
                return train, held
    raise RegscopeError(
        f"--group {name}: {len(np.unique(groups)):,} groups, the largest of {sizes.largest:,} of"
        f" {rows:,} rows: too few or too large to train, choose and test on different ones"
    )

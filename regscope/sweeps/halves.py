"""How far seeds that split one pool of examples are from new data, measured by halving the pool.

Disjoint halves of the study's prepared data stand for two draws of the data, HALVINGS times over,
and seeds that split one half are compared with those that split the other
(`regscope.statistics.overlap`).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regscope.arithmetic import steady_numpy
from regscope.base import paths
from regscope.base.environment import environment
from regscope.base.errors import RegscopeError
from regscope.base.files import write_csv, write_json
from regscope.base.lines import choose
from regscope.engine.local import start_server
from regscope.statistics import overlap_share, overlap_widening
from regscope.study.params import BASELINE, Study, load_params, written_study
from regscope.tasks.classification import Classification

if TYPE_CHECKING:
    from regscope.datasets import Dataset
    from regscope.engine.trained import TrainedCell

HALVINGS = 40
SEEDS = 4
"""In a half. Many halvings of few seeds say more than few of many, at the same cost."""
WHOLE_SEEDS = 50
"""Seeds that split the whole pool."""


def halve(name: str, regs: Sequence[str] = ()) -> None:
    """Write every seed's accuracy and what follows to metrics/overlap; of `regs`, or all cells.

    Raises RegscopeError for a cell that there is not, where seeds do not split one pool, or not at
    random, and where targets are numbers.
    """
    # Nothing has loaded torch yet, and of numpy nothing has computed.
    steady_numpy()
    start_server()
    study = load_params().named(name)
    others = [reg for reg in study.cells if reg != BASELINE]
    for reg in regs:
        if reg not in others:
            raise RegscopeError(f"REG {reg}: {choose(others)}")
    if study.data.quantity is not None:
        raise RegscopeError(f"study {name}: its targets are numbers, and halves compare accuracies")
    if study.split.by in ("stratified", "group"):
        raise RegscopeError(
            f"study {name}: split.by = {study.split.by}: halves of a pool are drawn at random, and"
            " say nothing of such splits"
        )
    if study.shared_test or study.data.own_pools is not None:
        raise RegscopeError(f"study {name}: its seeds do not split one pool of examples")
    started = time.monotonic()
    measured, rows = measure(name, study, regs or others)
    write_csv(paths.overlap(name, "csv"), rows)
    write_json(paths.overlap(name, "json"), measured)
    print(f"overlap of {name}: {time.monotonic() - started:.0f} s")


def measure(
    name: str,
    study: Study,
    regs: Sequence[str],
    halvings: int = HALVINGS,
    seeds: int = SEEDS,
    whole_seeds: int = WHOLE_SEEDS,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What is written to metrics/overlap: the outcome, and a row a seed with every cell's accuracy.

    Raises RegscopeError where a half is too small for the study's training set.
    """
    from regscope.datasets import Dataset

    whole = Dataset.load(paths.prepared(name))
    half = len(whole.inputs) // 2
    if half <= study.train_size:
        raise RegscopeError(
            f"study {name}: half of its {len(whole.inputs):,} examples are no more than the"
            f" {study.train_size:,} that train (split.train): its overlap cannot be measured so"
        )
    cells = [BASELINE, *regs]
    with tempfile.TemporaryDirectory(prefix="regscope-") as folder:
        halved(whole, halvings, seeds).save(Path(folder))
        of_halves = _train(study, cells, Path(folder), f"{name}/halves", 2 * halvings * seeds)
    of_whole = _train(study, cells, paths.prepared(name), f"{name}/whole", whole_seeds)
    rows: list[dict[str, Any]] = [
        {"halving": slot // (2 * seeds), "half": slot // seeds % 2, "seed": slot, **accuracies}
        for slot, accuracies in enumerate(_by_seed(of_halves))
    ]
    rows += [
        {"halving": "", "half": "", "seed": slot, **accuracies}
        for slot, accuracies in enumerate(_by_seed(of_whole))
    ]
    one = of_whole[BASELINE]
    return {
        "settings": written_study(name),
        "examples": {"half": half, "whole": len(whole.inputs)},
        **outcome(rows, regs, (half, len(whole.inputs)), study.training.seeds),
        "environment": environment(
            one.device, study.training.precision, one.arithmetic, one.processors
        ),
    }, rows


def halved(whole: Dataset, halvings: int, seeds: int) -> Dataset:
    """Both halves of every halving, each as often as there are seeds that split it.

    Of an odd number of examples one is in no half.
    """
    from regscope.base.randomness import numpy_stream

    size = len(whole.inputs) // 2
    halves = [
        numpy_stream(halving, "halves").permutation(len(whole.inputs))[: 2 * size].reshape(2, size)
        for halving in range(halvings)
    ]
    chosen = np.repeat(np.concatenate(halves), seeds, axis=0)
    return replace(
        replace(whole, official_train=None, groups=None).at(chosen.ravel()), pools=len(chosen)
    )


def outcome(
    rows: Sequence[Mapping[str, Any]], regs: Sequence[str], examples: tuple[int, int], seeds: int
) -> dict[str, Any]:
    """Of every cell C / w, and by how much the errors of `seeds` seeds must grow.

    Cells differ by about as much as one cell's is uncertain. The largest, the careful choice,
    counts for all, and what the mean of cells would ask for stands beside it.
    """
    parts = {
        kind: np.array(
            [
                [row[reg] - row[BASELINE] for reg in regs]
                for row in rows
                if (row["halving"] == "") == (kind == "whole")
            ]
        )
        for kind in ("halves", "whole")
    }
    halvings = 1 + max(row["halving"] for row in rows if row["halving"] != "")
    shares = {
        reg: overlap_share(
            parts["halves"][:, index].reshape(halvings, 2, -1), parts["whole"][:, index], examples
        )
        for index, reg in enumerate(regs)
    }
    largest, mean = max(shares.values()), float(np.mean(list(shares.values())))
    return {
        "shares": {reg: round(found, 4) for reg, found in shares.items()},
        "share": round(largest, 4),
        "seeds": seeds,
        "widening": round(overlap_widening(largest, seeds), 3),
        "mean_widening": round(overlap_widening(mean, seeds), 3),
    }


def _train(
    study: Study, regs: Sequence[str], data: Path, label: str, seeds: int
) -> dict[str, TrainedCell]:
    from regscope.engine.cell import train_cells

    training = study.training.model_copy(update={"seeds": seeds})
    return train_cells(study.model_copy(update={"training": training}), regs, data, label)


def _by_seed(trained: Mapping[str, TrainedCell]) -> list[dict[str, float]]:
    """Every seed's test accuracy after the last epoch, by cell."""
    column = Classification().history.index("holdout_accuracy")
    last = {reg: cell.history[column, :, -1] for reg, cell in trained.items()}
    count = len(next(iter(last.values())))
    return [
        {reg: round(float(accuracies[slot]), 9) for reg, accuracies in last.items()}
        for slot in range(count)
    ]

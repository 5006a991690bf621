"""This project: `train_cell`, as the stage `train` calls it, worker processes and all.

With `--warm DATA` the cells are trained three times: on three examples with the few tests of DATA,
which starts everything and is reported as `start`; the same again; and in full. What is reported as
`rest` is the last less the second, so that a short run shows what a long one costs.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from bench.ways.record import Record, arguments
from regscope.engine.cell import train_cell
from regscope.engine.local import start_server
from regscope.study.params import Study


def main() -> None:
    chosen = arguments(__doc__, warm={"type": Path, "metavar": "DATA"})
    record = Record()
    start_server()
    block = json.loads(chosen.job.read_text())
    block["training"]["seeds"] = chosen.seeds
    study = Study.model_validate(block)
    more: dict[str, Any] = {}
    if chosen.warm:
        brief = Study.model_validate(_brief(block))
        _seconds(brief, chosen.cells, chosen.warm)
        record.first_step()
        fixed = _seconds(brief, chosen.cells, chosen.warm)
    started = time.perf_counter()
    for cell in chosen.cells or study.cells:
        trained = train_cell(study, cell, chosen.data, f"bench/{cell}")
        for accuracies in trained.history[study.task.history.index("holdout_accuracy")]:
            record.add(cell, [float(accuracy) for accuracy in accuracies])
    if chosen.warm:
        more["rest"] = time.perf_counter() - started - fixed
    record.finish("torch", **more)


def _brief(block: dict[str, Any]) -> dict[str, Any]:
    """The same study with one small training step."""
    split, training = {"train": 3, "validation": 1}, {**block["training"], "epochs": 1}
    return {**block, "split": split, "training": training}


def _seconds(study: Study, cells: list[str] | None, folder: Path) -> float:
    started = time.perf_counter()
    for cell in cells or study.cells:
        train_cell(study, cell, folder, f"bench/{cell}")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()

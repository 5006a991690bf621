"""Cells that are trained already, whose stacks wait under checkpoints: found without torch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from regscope.datasets.base import Holdout
from regscope.engine import checkpoints
from regscope.engine.bar import resumptions
from regscope.engine.device import chosen_device
from regscope.engine.plan import Plan, plan
from regscope.engine.run import DEVICE_FILE, Computed, folder_of, only_here, remove
from regscope.engine.together import Cells
from regscope.engine.trained import TrainedCell, gathered
from regscope.study.params import Study


@contextmanager
def finished(
    study: Study,
    regs: Sequence[str],
    data: Path,
    label: str,
    holdout: Holdout,
) -> Iterator[dict[str, TrainedCell] | None]:
    """The cells, where each has ended with nobody to store it, as is told; None where one has not.

    Their checkpoints go when the block has ended well.
    """
    with ExitStack() as exits:
        plans: dict[Cells, Plan] = {}
        found: dict[str, TrainedCell] = {}
        for reg in regs:
            ended = exits.enter_context(_ended(study, reg, data, holdout))
            if ended is None:
                yield None
                return
            device, computed, own = ended
            cells = Cells((reg,), study.training.seeds)
            plans[cells] = own
            found |= gathered(device, computed, cells, own)
        print(*resumptions(plans, label), sep="\n", flush=True)
        yield found
        remove(plans.values())


@contextmanager
def _ended(
    study: Study, reg: str, data: Path, holdout: Holdout
) -> Iterator[tuple[str, Computed, Plan] | None]:
    """Where the cell was trained, with which arithmetic, and its stacks; none of them waits."""
    portable = study.training.arithmetic == "portable"
    kinds: tuple[Computed, ...] = ("portable", "not portable") if portable else ("fastest",)
    chosen = chosen_device()
    for device in ("cuda", "cpu") if chosen is None else (chosen,):
        for computed in kinds:
            folder = folder_of(study, (reg,), data, holdout, device, computed)
            if not (folder / DEVICE_FILE).is_file():
                continue
            with only_here(folder) as own:
                cells, epochs = Cells((reg,), study.training.seeds), study.training.epochs
                dealt = plan(cells.numbers, checkpoints.standings(own), epochs, own, 1, 1)
                if not dealt.waiting:
                    yield json.loads((own / DEVICE_FILE).read_text()), computed, dealt
                    return
    yield None

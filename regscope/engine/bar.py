"""How far the seeds of some cells are, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from regscope.engine.messages import Epoch, Watch
from regscope.engine.plan import Plan
from regscope.engine.together import Cells


@contextmanager
def progress(
    plans: Mapping[Cells, Plan], epochs: int, label: str, watch: Watch | None = None
) -> Iterator[Watch]:
    """Say what goes on from where, and show a bar over all seeds' epochs, with the time left.

    Gives what is to be told every epoch; it tells `watch`.
    """
    from tqdm import tqdm

    stacks = [stack for plan in plans.values() for stack in (*plan.finished, *plan.waiting)]
    seeds = sum(len(stack.numbers) for stack in stacks)
    what = "seeds" if all(len(cells.regs) == 1 for cells in plans) else "networks"
    with tqdm(
        total=epochs * seeds,
        initial=sum(stack.epoch * len(stack.numbers) for stack in stacks),
        desc=f"{label}, {seeds} {what}",
        unit="epoch",
        disable=None,
        dynamic_ncols=True,
        leave=False,
    ) as bar:
        for cells, plan in plans.items():
            for line in _resumptions(cells, plan):
                bar.write(f"{label}: {line}" if len(plans) == 1 else f"{label}: {cells}: {line}")

        def heard(epoch: Epoch) -> None:
            loss = sum(epoch.history[0]) / len(epoch.seeds)
            bar.set_postfix(epoch=epoch.number, loss=f"{loss:.4f}", refresh=False)
            bar.update(len(epoch.seeds))
            if watch is not None:
                watch(epoch)

        yield heard


def _resumptions(cells: Cells, plan: Plan) -> Iterator[str]:
    alone = len(cells.regs) == 1
    if plan.finished:
        count = sum(len(stack.numbers) for stack in plan.finished)
        yield f"{_counted(count, 'seed' if alone else 'network')} finished"
    for stack in plan.waiting:
        if stack.epoch:
            goes = "goes" if len(stack.numbers) == 1 else "go"
            who = str(stack) if alone else f"{len(stack.numbers)} networks"
            yield f"{who} {goes} on from epoch {stack.epoch}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun} is" if count == 1 else f"{count} {noun}s are"

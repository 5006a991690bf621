"""How far the seeds of some cells are, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from regscope.engine.base import Heard, Work
from regscope.engine.messages import Epoch, Watch
from regscope.engine.plan import Plan
from regscope.engine.together import Cells

LINE_SECONDS = 10

LOOKS: Any = {"disable": None, "dynamic_ncols": True, "leave": False}
"""On a terminal alone, as wide as that, and gone in the end."""


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
        **LOOKS,
    ) as bar:
        for line in resumptions(plans, label):
            bar.write(line)

        def heard(epoch: Epoch) -> None:
            loss = sum(epoch.history[0]) / len(epoch.seeds)
            bar.set_postfix(epoch=epoch.number, loss=f"{loss:.4f}", refresh=False)
            bar.update(len(epoch.seeds))
            if watch is not None:
                watch(epoch)

        yield heard


@dataclass(frozen=True)
class Share:
    """A cell's part of a bar over many: its seeds' epochs, how many of these are left, and what one
    is in operations."""

    epochs: int
    left: int
    each: int


@contextmanager
def overall(shares: Mapping[str, Share]) -> Iterator[Heard]:
    """A bar over all cells, by label, with the time left and how many are done.

    Where there is no terminal, a line as cells are done, and no more than one in LINE_SECONDS.
    Gives what is to be told every epoch.
    """
    from tqdm import tqdm

    said = monotonic()

    left = {label: share.left for label, share in shares.items()}
    done = sum(count == 0 for count in left.values())
    with tqdm(
        total=sum(share.each * share.epochs for share in shares.values()),
        initial=sum(share.each * (share.epochs - share.left) for share in shares.values()),
        desc=f"{len(shares)} cells",
        bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}",
        **LOOKS,
    ) as bar:

        def heard(work: Work, epoch: Epoch) -> None:
            nonlocal done, said
            left[work.label] -= len(epoch.seeds)
            if left[work.label] == 0:
                done += 1
                if bar.disable and monotonic() - said >= LINE_SECONDS:
                    said = monotonic()
                    print(f"{work.label}: trained, {done} of {len(shares)} cells", flush=True)
            bar.set_postfix_str(f"{done} done; {work.label}: epoch {epoch.number}", refresh=False)
            bar.update(shares[work.label].each * len(epoch.seeds))

        yield heard


def resumptions(plans: Mapping[Cells, Plan], label: str) -> Iterator[str]:
    """What is finished, and what goes on from where, a line each."""
    for cells, plan in plans.items():
        for line in _resumed(cells, plan):
            yield f"{label}: {line}" if len(plans) == 1 else f"{label}: {cells}: {line}"


def _resumed(cells: Cells, plan: Plan) -> Iterator[str]:
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

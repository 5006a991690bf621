"""Where the time of a cell goes, on one thread: `python -m bench.profile [CELL ...]`.

Runs the real Trainer as a worker process does, with functions of the engine under a stopwatch.
"""

from __future__ import annotations

import argparse
import copy
import importlib
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import data, jobs, results
from bench.machine import measured
from bench.stopwatch import Stopwatch
from regscope.arithmetic import settle
from regscope.base.errors import RegscopeError, run
from regscope.base.lines import choose
from regscope.regularizers.base import has_hook
from regscope.report.formats import fixed
from regscope.report.render import Cell, Table, plain_text
from regscope.study.params import Study

if TYPE_CHECKING:
    from regscope.training.loop import Trainer

SEEDS = 5
"""What one of two workers has of ten seeds."""

REMAINDER = "loop, running accuracy"

# (module, class or "", function, category, whether all inside belongs to it). What the engine
# no longer has is named below the table, and its time shows under the category around it.
SPOTS = (
    ("regscope.training.loop", "Trainer", "_train_epoch", REMAINDER, False),
    ("regscope.training.loop", "Trainer", "_evaluate", "evaluation", True),
    ("regscope.training.loop", "", "orders", "batch order", True),
    ("regscope.tasks.classification", "", "cross_entropy", "loss", True),
    ("regscope.training.batches", "Examples", "gather", "gather", True),
    ("regscope.stacking.noise", "StackedDropout", "factors", "masks", True),
    ("regscope.training.passes", "ByHand", "forward", "forward", False),
    ("regscope.training.passes", "ByHand", "backward", "backward", True),
    ("regscope.training.passes", "ByAutograd", "forward", "forward", False),
    ("regscope.training.passes", "ByAutograd", "backward", "backward", True),
    ("regscope.engine.checkpoints", "", "save", "checkpoint", True),
)
IMPORTS, DATA, NETWORKS = "start: imports", "start: data", "start: networks and checks"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("cells", nargs="*", metavar="CELL", help="cells of the study (all)")
    parser.add_argument("--job", choices=("mnist", "fashion"), default="mnist")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"in the stack ({SEEDS})")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--operators", action="store_true", help="also torch's profile by operator")
    parser.add_argument("--write", action="store_true", help="write bench/results/profile.json")
    chosen = parser.parse_args()
    job = jobs.mnist() if chosen.job == "mnist" else jobs.fashion()
    block = copy.deepcopy(job.block)
    block["training"]["epochs"] = chosen.epochs
    study = Study.model_validate(block)
    found = {}
    for cell in chosen.cells or study.cells:
        if cell not in study.cells:
            raise RegscopeError(f"cell {cell}: {choose(study.cells)}")
        found[cell] = profile(study, cell, data.folder(job) / data.PREPARED, chosen.seeds)
        print(plain_text(table(cell, found[cell], chosen.seeds, chosen.epochs)))
        if chosen.operators:
            print(operators(study, cell, data.folder(job) / data.PREPARED, chosen.seeds))
    if chosen.write:
        sizes = {"seeds": chosen.seeds, "epochs": chosen.epochs}
        results.write("profile", measured(job=job.name, **sizes, cells=found))


def profile(study: Study, cell: str, folder: Path, seeds: int) -> dict[str, float]:
    """Seconds by category of training `seeds` seeds of a cell as one stack."""
    watch = Stopwatch()
    with watch.within(IMPORTS):
        _like_a_worker()
    with ExitStack() as exits, tempfile.TemporaryDirectory() as private:
        for spot in SPOTS:
            _watch(watch, exits, *spot)
        from regscope.engine import checkpoints

        trainer = _trainer(study, cell, folder, seeds, watch)
        for _, optimizer in trainer.optimizers:
            exits.enter_context(watch.watching(optimizer, "step", "update", whole=True))
        for one in trainer.acting:
            for name, category in (("gradients", "penalties"), ("batch", "augmentation")):
                if has_hook(one.method, name):
                    kind = type(one.method)
                    exits.enter_context(watch.watching(kind, name, category, whole=True))
        trainer.run()
        checkpoints.save(Path(private) / "end.safetensors", trainer.state())
    return {category: round(seconds, 4) for category, seconds in watch.seconds.items()}


def table(cell: str, found: dict[str, float], seeds: int, epochs: int) -> Table:
    """Milliseconds a model-epoch and shares, the largest first; start-up in whole seconds."""
    whole = sum(found.values())
    return Table(
        cell,
        (f"{cell}, {seeds} seeds, {epochs} epochs", "Seconds", "ms a seed and epoch", "Share, %"),
        tuple(
            (
                Cell(category),
                Cell(fixed(seconds, 3)),
                Cell(fixed(1000 * seconds / seeds / epochs, 1)),
                Cell(fixed(100 * seconds / whole, 1)),
            )
            for category, seconds in sorted(found.items(), key=lambda item: -item[1])
        ),
    )


def operators(study: Study, cell: str, folder: Path, seeds: int) -> str:
    """torch's own profile of the same training: its operators by the time they took themselves."""
    from torch.profiler import ProfilerActivity, profile

    trainer = _trainer(study, cell, folder, seeds)
    with profile(activities=[ProfilerActivity.CPU]) as profiled:
        trainer.run()
    shown: str = profiled.key_averages().table(sort_by="self_cpu_time_total", row_limit=25)
    return shown


def _like_a_worker() -> None:
    settle("fastest")
    import torch

    importlib.import_module("regscope.engine.worker")
    from regscope.stacking.allocator import keep_freed_memory

    torch.set_num_threads(1)
    keep_freed_memory()


def _trainer(
    study: Study, cell: str, folder: Path, seeds: int, watch: Stopwatch | None = None
) -> Trainer:
    from regscope.datasets import Dataset
    from regscope.training.loop import cell_trainer

    watch = watch or Stopwatch()
    with watch.within(DATA, whole=True):
        dataset = Dataset.load(folder)
    with watch.within(NETWORKS, whole=True):
        return cell_trainer(study, study.cells[cell].methods(), dataset, range(seeds))


def _watch(
    watch: Stopwatch,
    exits: ExitStack,
    module: str,
    holder: str,
    name: str,
    category: str,
    whole: bool,
) -> None:
    owner: Any = importlib.import_module(module)
    if holder:
        owner = getattr(owner, holder, None)
    if not hasattr(owner, name):
        missing = ".".join(filter(None, (module, holder, name)))
        print(f"bench: the engine has no {missing}", file=sys.stderr)
        return
    exits.enter_context(watch.watching(owner, name, category, whole))


if __name__ == "__main__":
    run(main)

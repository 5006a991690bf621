"""A worker process: trains its stacks one after another, with one thread."""

from __future__ import annotations

import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch

from regscope.datasets import Dataset
from regscope.errors import RegscopeError
from regscope.lifeline import end_with_parent_process
from regscope.params import Study
from regscope.training import checkpoints
from regscope.training.allocator import keep_freed_memory
from regscope.training.loop import Trainer


def work(job: dict[str, Any], messages: Connection) -> None:
    """Train the stacks of `job` and write each one's end state as a checkpoint.

    Sends a dict after every epoch (with `resumed` where a stack goes on from a checkpoint),
    `{"error": text}` when a stack cannot go on, and None at the end.
    """
    # Ctrl-C reaches the whole process group; the parent alone answers it and ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent_process()
    torch.set_num_threads(1)
    keep_freed_memory()
    try:
        study = Study.model_validate(job["study"])
        dataset = Dataset.load(Path(job["data"]))
        for seeds, path in job["stacks"]:
            _train_stack(study, job, dataset, seeds, path, messages)
    except (RegscopeError, ValueError) as error:
        messages.send({"error": " ".join(str(error).split())})
    except (MemoryError, RuntimeError) as error:
        # torch reports an allocation that failed, or a number too large, as a RuntimeError.
        messages.send({"error": str(error).splitlines()[0]})
    except OSError as error:
        messages.send({"error": f"{error.filename}: {error.strerror}"})
    messages.send(None)


def _train_stack(
    study: Study,
    job: dict[str, Any],
    dataset: Dataset,
    seeds: list[int],
    path: Path,
    messages: Connection,
) -> None:
    methods = study.cells[job["reg"]].methods()
    trainer = Trainer(study, methods, dataset, seeds, job["holdout"])

    def tell(epochs: int, **more: Any) -> None:
        loss = trainer.history[0, :, -1].mean().item()
        done = {"epochs": epochs * len(seeds), "epoch": trainer.epoch, "loss": loss}
        messages.send(done | more)

    if (found := checkpoints.load(path)) is not None:
        trainer.resume(found)
        tell(found.epoch, resumed=f"seeds {seeds[0]} to {seeds[-1]}")
    saved = time.monotonic()

    def after_epoch(trainer: Trainer) -> None:
        nonlocal saved
        tell(1)
        if time.monotonic() - saved > job["checkpoint_seconds"]:
            checkpoints.save(path, trainer.state())
            saved = time.monotonic()

    trainer.run(after_epoch)
    checkpoints.save(path, trainer.state())

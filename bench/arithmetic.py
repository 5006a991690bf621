"""What portable arithmetic costs: the study `digits` with it and with the fastest kernels."""

from __future__ import annotations

import copy
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import jobs, peak
from bench.flops import job_flops, layer_macs
from bench.processes import python_module, run_process
from regscope.arithmetic.builds import builds_lack
from regscope.arithmetic.choice import processor_lacks
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset

WAYS = ("fastest", "portable")


def measure(rounds: int) -> dict[str, Any]:
    """All cells and seeds of the study, `rounds` times each way in turn; seconds of each.

    `flops` are those of the job, and `peak` the rates of the fastest products, one thread and all.
    Raises RegscopeError where there is no portable arithmetic.
    """
    if reason := processor_lacks() or builds_lack():
        raise RegscopeError(f"portable arithmetic is not to be had here: {reason}")
    block = jobs.written("digits")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dataset = _prepared(block, folder)
        return {
            "block": block,
            "flops": _flops(block, dataset),
            "peak": peak.measure(),
            "seconds": [
                {way: _seconds(block, way, folder, number) for way in WAYS}
                for number in range(rounds)
            ],
        }


def _prepared(block: dict[str, Any], folder: Path) -> Dataset:
    source = jobs.as_study(block).data
    for part in ("raw", "prepared"):
        (folder / part).mkdir()
    source.download(folder / "raw")
    dataset = source.prepare(folder / "raw")
    dataset.save(folder / "prepared")
    return dataset


def _flops(block: dict[str, Any], dataset: Dataset) -> float:
    study = jobs.as_study(block)
    macs = layer_macs(study, dataset.input_shape, len(dataset.classes))
    trained, tested = study.train_size, len(dataset.inputs) - study.train_size
    training = study.training
    networks = len(study.cells) * training.seeds
    return networks * job_flops(macs, trained, tested, training.epochs)


def _seconds(block: dict[str, Any], way: str, folder: Path, number: int) -> float:
    varied = copy.deepcopy(block)
    varied["training"]["arithmetic"] = way
    job = folder / "job.json"
    job.write_text(json.dumps(varied))
    words = ("--job", str(job), "--data", str(folder / "prepared"))
    seeds = ("--seeds", str(varied["training"]["seeds"]))
    finished = run_process(python_module("bench.ways.ours", *words, *seeds))
    print(
        f"bench: arithmetic, round {number + 1}, {way}: {finished.seconds:.1f} s", file=sys.stderr
    )
    return round(finished.seconds, 3)

"""Large stacks on a GPU: `python -m bench.gpu [--seeds N ...]`, where there is one.

Trains cell `none` of the bench's MNIST job and of its Fashion-MNIST study, whole epochs, through
`train_cell`, and writes `bench/results/gpu.json` with the device's name.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import data, jobs, readme, results
from bench.machine import measured
from bench.processes import python_module, run_process
from regscope.base.errors import run
from regscope.engine.device import DEVICE, present_device

SEEDS = (10, 100, 1000)
FASHION_SEEDS = (10,)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.gpu", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="of the MNIST networks")
    parser.add_argument("--device", default="cuda", help=f"what {DEVICE} says (cuda)")
    chosen = parser.parse_args()
    device = device_name(present_device(chosen.device))
    points = measure(chosen.seeds, FASHION_SEEDS, chosen.device)
    results.write("gpu", measured(device=device, points=points))
    readme.update()


def device_name(device: str) -> str:
    import torch

    return device if device == "cpu" else torch.cuda.get_device_name(device)


def measure(
    mnist: Sequence[int], fashion: Sequence[int], device: str, epochs: int | None = None
) -> list[dict[str, Any]]:
    """Wall seconds, start included, of every number of seeds; `epochs` in place of the study's."""
    sizes = [(jobs.mnist(), seeds) for seeds in mnist]
    sizes += [(jobs.fashion(whole=True), seeds) for seeds in fashion]
    return [point(job, seeds, device, epochs) for job, seeds in sizes]


def point(job: jobs.Job, seeds: int, device: str, epochs: int | None) -> dict[str, Any]:
    block = job.block
    if epochs is not None:
        block["training"]["epochs"] = epochs
    # A benchmark's processes see no GPU otherwise.
    visible = {DEVICE: device, "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "0")}
    with tempfile.TemporaryDirectory() as private:
        path = Path(private) / "job.json"
        path.write_text(json.dumps(block))
        prepared = str(data.folder(job) / data.PREPARED)
        words = ("--job", str(path), "--data", prepared, "--seeds", str(seeds), "--cells", "none")
        finished = run_process(python_module("bench.ways.ours", *words), visible)
    trained = block["training"]["epochs"]
    print(f"bench: {job.name}, {seeds} seeds: {finished.seconds:.1f} s", file=sys.stderr)
    return {
        "job": job.name,
        "seeds": seeds,
        "epochs": trained,
        "seconds": round(finished.seconds, 2),
        "seconds_a_seed_and_epoch": round(finished.seconds / seeds / trained, 5),
    }


if __name__ == "__main__":
    run(main)

"""Every way on the same job, interleaved: in each round every way once, each in fresh processes."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import data
from bench.jobs import Job
from bench.processes import python_module, run_process

PYTHONS = {
    "keras_fit": Path(".venv-keras") / "bin" / "python",
    "jax_vmap": Path(".venv-jax") / "bin" / "python",
}
"""Of the ways that have an environment of their own, by module."""
OURS = "ours"


@dataclass(frozen=True)
class Way:
    """One way of doing a job.

    `process_per_cell`: a process for every cell, as `dvc repro` starts this project's stage;
    otherwise one process trains all cells. `side_by_side`: it trains all seeds of the job, as this
    project does; otherwise one.
    """

    name: str
    module: str
    job: Job
    process_per_cell: bool = False
    side_by_side: bool = False

    @property
    def is_ours(self) -> bool:
        return self.module == OURS


def mnist_ways(job: Job) -> list[Way]:
    return [
        Way("dataloader", "dataloader", job),
        Way("keras", "keras_fit", job),
        Way("lightning", "lightning_fit", job),
        Way("eager", "eager", job),
        Way("jax", "jax_vmap", job, side_by_side=True),
        Way("ours", OURS, job),
        Way("ours_apart", OURS, job, process_per_cell=True),
    ]


def fashion_ways(float32: Job, bfloat16: Job) -> list[Way]:
    return [
        Way("keras", "keras_fit", float32),
        Way("keras_bfloat16", "keras_fit", bfloat16),
        Way("eager", "eager", float32),
        Way("ours", OURS, float32),
        Way("ours_bfloat16", OURS, bfloat16),
    ]


def measure(
    ways: Sequence[Way], rounds: int, pythons: Mapping[str, Path] = PYTHONS
) -> list[dict[str, Any]]:
    """Run all ways `rounds` times; one `{way: what run_way gives}` a round.

    Round r trains seed r in the ways that train one seed, so that rounds differ as runs do; in
    those that train seeds side by side as many from the first that no round before has had.
    """
    return [
        {way.name: announced(way, run_way(way, seed, pythons), seed, rounds) for way in ways}
        for seed in range(rounds)
    ]


def announced(way: Way, ran: dict[str, Any], seed: int, rounds: int) -> dict[str, Any]:
    print(
        f"bench: {way.job.name}, round {seed + 1} of {rounds}, {way.name}: {ran['wall']:.1f} s",
        file=sys.stderr,
    )
    return ran


def run_way(way: Way, seed: int, pythons: Mapping[str, Path] = PYTHONS) -> dict[str, Any]:
    """One run of a way: seconds (`wall`, `start`, `rest`), `memory` (bytes), accuracies, versions.

    `wall` sums over the way's processes; `start` lasts until the first training step, where the
    way can say so, and `rest` is what remains.
    """
    folder = data.folder(way.job)
    python = str(pythons.get(way.module, sys.executable))
    words = ["--data", str(folder / data.PREPARED if way.is_ours else folder)]
    if way.is_ours:
        words += ["--seeds", str(way.job.seeds), *_warm(way, folder)]
    elif way.side_by_side:
        words += ["--seed", str(seed * way.job.seeds), "--seeds", str(way.job.seeds)]
    else:
        words += ["--seed", str(seed), *(["--short"] if way.job.short else [])]
    batches = [[cell] for cell in way.job.cells] if way.process_per_cell else [list(way.job.cells)]
    with tempfile.TemporaryDirectory() as private:
        job = Path(private) / "job.json"
        job.write_text(json.dumps(way.job.block))
        module = f"bench.ways.{way.module}"
        ran = [
            _ran(python_module(module, "--job", str(job), *words, "--cells", *cells, python=python))
            for cells in batches
        ]
    return combined(ran)


def _warm(way: Way, folder: Path) -> list[str]:
    return ["--warm", str(folder / data.BRIEF)] if way.job.short else []


def _ran(command: list[str]) -> dict[str, Any]:
    finished = run_process(command)
    said: dict[str, Any] = json.loads(finished.output.splitlines()[-1])
    start = said["start"] or 0.0
    rest = said.get("rest", finished.seconds - start)
    return said | {
        "wall": finished.seconds,
        "start": start,
        "rest": rest,
        "memory": finished.memory,
    }


def combined(ran: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Several processes one after another as one: times add up, memory is the highest."""
    times = {key: round(sum(one[key] for one in ran), 3) for key in ("wall", "start", "rest")}
    accuracies = {cell: seeds for one in ran for cell, seeds in one["accuracies"].items()}
    return {
        **times,
        "memory": max(one["memory"] for one in ran),
        "accuracies": accuracies,
        "versions": ran[0]["versions"],
    }

"""Every kind of measurement by its name: what `python -m bench` runs and writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench import arithmetic, fixed_costs, flops, growth, harness, jobs, peak
from bench.machine import measured

INPUT_SHAPE = (1, 28, 28)
CLASSES = 10


def kinds(rounds: int, pythons: Mapping[str, Path]) -> dict[str, Callable[[], dict[str, Any]]]:
    return {
        "peak": lambda: measured(peak=peak.measure()),
        "ways_mnist": lambda: _ways_mnist(rounds, pythons),
        "ways_fashion": lambda: _ways_fashion(rounds, pythons),
        "growth": lambda: measured(job=described(jobs.mnist()), curves=growth.measure()),
        "fixed_costs": lambda: measured(**fixed_costs.measure(pythons["keras_fit"])),
        "arithmetic": lambda: measured(**arithmetic.measure(rounds)),
    }


def _ways_mnist(rounds: int, pythons: Mapping[str, Path]) -> dict[str, Any]:
    job = jobs.mnist()
    ran = harness.measure(harness.mnist_ways(job), rounds, pythons)
    return measured(job=described(job), peak=peak.measure(), rounds=ran)


def _ways_fashion(rounds: int, pythons: Mapping[str, Path]) -> dict[str, Any]:
    job = jobs.fashion()
    ways = harness.fashion_ways(job, jobs.fashion("bfloat16"))
    found = peak.measure()
    return measured(job=described(job), peak=found, rounds=harness.measure(ways, rounds, pythons))


def described(job: jobs.Job) -> dict[str, Any]:
    """The job, and the floating-point operations of one seed: all cells, all epochs, tests."""
    macs = flops.layer_macs(job.study, INPUT_SHAPE, CLASSES)
    one = flops.job_flops(macs, job.train, job.test, job.epochs)
    return {
        "block": job.block,
        "seeds": job.seeds,
        "train": job.train,
        "test": job.test,
        "short": job.short,
        "flops_a_seed": len(job.cells) * one,
    }

"""bench/README.md: its tables are those of bench/results, and every kind has its table."""

from __future__ import annotations

import re
from typing import Any

from bench import readme

MACHINE = {
    "processor": "Some processor",
    "cores": 2,
    "memory_gib": 23.5,
    "system": "Linux",
    "versions": {"python": "3.11.7", "torch": "2.13.0"},
}
HEAD: dict[str, Any] = {"date": "2000-01-01", "machine": MACHINE, "took": 60}


def ran(rest: float, accuracy: float, seeds: int = 1) -> dict[str, Any]:
    accuracies = [[0.5, accuracy + 0.001 * seed] for seed in range(seeds)]
    return {
        "wall": rest + 1,
        "start": 0.0,
        "rest": rest,
        "memory": 500_000_000,
        "accuracies": {"none": accuracies},
        "versions": {"torch": "2.13.0"},
    }


def job(seeds: int, short: bool) -> dict[str, Any]:
    training = {"optimizer": "sgd", "learning_rate": 0.01, "batch_size": 64, "epochs": 5}
    block = {
        "title": "Pictures",
        "model": {"kind": "mlp", "hidden": [128, 64]},
        "training": training,
        "regularizers": {"none": {}},
    }
    sizes = {"train": 640, "test": 10_000, "flops_a_seed": 100e9}
    return {"block": block, "seeds": seeds, "short": short, **sizes}


def used(seconds: float) -> dict[str, float]:
    return {"wall": 2 * seconds, "processor": seconds}


MNIST = {"dataloader": ran(20.0, 0.9305), "ours": ran(20.0, 0.93, seeds=10)}
FASHION = {
    "keras": ran(4.0, 0.7),
    "ours": ran(4.0, 0.7, seeds=2),
    "ours_bfloat16": ran(2.0, 0.7, seeds=2),
}
POINT = {"value": 1, "seconds": 2.0, "seconds_a_seed": 1.0, "memory": 3e8}

PEAK = {"2": {"float32": {"onednn": 500e9}, "bfloat16": {"torch": 800e9}}}

FOUND: dict[str, dict[str, Any]] = {
    "peak": HEAD | {"peak": PEAK},
    "ways_mnist": HEAD | {"job": job(10, False), "peak": PEAK, "rounds": [MNIST, MNIST]},
    "ways_fashion": HEAD | {"job": job(2, True), "peak": PEAK, "rounds": [FASHION]},
    "growth": HEAD | {"curves": {"seeds": [POINT, POINT | {"value": 2}]}},
    "fixed_costs": HEAD | {"seconds": {"start Python": 0.01}},
    "places": HEAD
    | {
        "cells": 13,
        "seeds": 10,
        "rounds": [{"cell by cell": {"wall": 40.0}, "stacks of places": {"wall": 20.0}}] * 2,
    },
    "searching": HEAD
    | {
        "job": {"study": "digits", "methods": ["l1", "l2"], "trials": 16, "workers": [1]},
        "rounds": [
            {
                "ours/1": {"wall": 10.0, "settings": 40, "best": 0.97},
                "eager/1": {"wall": 80.0, "settings": 40, "best": 0.98},
            }
        ],
    },
    "pipelines": HEAD
    | {
        "rounds": [
            {
                "one stage": {"repro": used(1.0), "exp run": used(2.0)},
                "many": {"repro": used(3.5), "exp run": used(11.0)},
            }
        ],
        "digits": {"wall": 120.0, "dvc": 24.0},
    },
    "arithmetic": HEAD
    | {"flops": 1e12, "peak": PEAK, "seconds": [{"fastest": 10.0, "portable": 14.0}]},
}


def row(block: str, name: str) -> list[str]:
    """The cells of the first table row that begins with `name`."""
    line = next(line for line in block.splitlines() if re.match(rf"\| {re.escape(name)} +\|", line))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_seconds_ratio_peak_memory_and_agreement_on_mnist() -> None:
    block = readme.block(FOUND)
    assert row(block, "torchvision + DataLoader") == [
        "torchvision + DataLoader",
        "20.00 [20.00, 20.00]",
        "10.0 [10.0, 10.0]",
        "1.0 %",
        "500",
        "1 of 1",
    ]
    assert row(block, "regscope")[1:5] == ["2.00 [2.00, 2.00]", "1", "10.0 %", "500"]


def test_milliseconds_a_step_on_fashion_mnist() -> None:
    block = readme.block({"ways_fashion": FOUND["ways_fashion"], "peak": FOUND["peak"]})
    # 640 examples are ten steps; two seeds share the time.
    assert row(block, "regscope")[1:4] == ["200.0 [200.0, 200.0]", "1", "2.0 [2.0, 2.0]"]
    assert row(block, "Keras fit")[2:4] == ["2.0 [2.0, 2.0]", "4.0 [4.0, 4.0]"]
    # 100 GFLOP in a second, of 800 a second.
    assert row(block, "regscope, bfloat16")[4] == "12.5 %"


def test_a_path_cell_by_cell_is_told_in_times_of_stacks_of_places() -> None:
    block = readme.block({"places": FOUND["places"]})
    assert row(block, "cell by cell")[1:] == ["40.0 [40.0, 40.0]", "2.00 [2.00, 2.00]"]
    assert row(block, "stacks of places")[1:] == ["20.0 [20.0, 20.0]", "1"]


def test_a_search_is_told_in_settings_a_minute() -> None:
    block = readme.block({"searching": FOUND["searching"]})
    ours, theirs = "regscope advise, its search", "Optuna, a loop in torch"
    assert row(block, ours)[1:] == ["1", "240 [240, 240]", "1", "97.00"]
    assert row(block, theirs)[1:] == ["1", "30 [30, 30]", "8.0 [8.0, 8.0]", "98.00"]


def test_shares_are_of_the_peak_measured_in_the_same_go() -> None:
    later = HEAD | {"peak": {"2": {"float32": {"onednn": 1.0}, "bfloat16": {"torch": 1.0}}}}
    block = readme.block({"ways_mnist": FOUND["ways_mnist"], "peak": later})
    assert row(block, "regscope")[3] == "10.0 %"


def test_growth_fixed_costs_and_machine() -> None:
    block = readme.block(FOUND)
    assert row(block, "seeds") == ["seeds", "1", "2.0", "1.00", "300"]
    assert row(block, "start Python") == ["start Python", "0.01"]
    assert row(block, "float32") == ["float32", "500"]
    assert "2000-01-01: Some processor, 2 cores, 24 GiB, Linux; python 3.11.7" in block


def test_dvcs_own_work_is_in_processor_seconds_beside_one_stage() -> None:
    block = readme.block(FOUND)
    assert row(block, "one stage")[2::2] == ["1", "1"]
    assert [cell.split()[0] for cell in row(block, "many")[1:]] == ["3.5", "3.5", "11.0", "5.5"]
    assert "`digits` from nothing took 120 seconds; 20 % of them DVC itself computed." in block


def test_an_accuracy_that_differs_says_so() -> None:
    other = MNIST | {"dataloader": ran(20.0, 0.85)}
    block = readme.block({"ways_mnist": FOUND["ways_mnist"] | {"rounds": [other]}})
    assert "85.00, differs" in block
    assert row(block, "torchvision + DataLoader")[5] == "0 of 1"


def test_nothing_measured() -> None:
    assert readme.block({}) == "Nothing has been measured yet: run `make bench`."


def test_the_front_page_has_the_ratios_in_one_sentence() -> None:
    line = readme.speed_line({"ways_mnist": FOUND["ways_mnist"]})
    assert "10 trainings" in line
    assert "took 20 seconds on 2 cores" in line
    assert "with torchvision + DataLoader 10.0 times as long. [bench/](bench/README.md)" in line
    digits = {"digits": {"wall": 61.6, "dvc": 3}, "machine": {"cores": 4}}
    with_study = readme.speed_line({"ways_mnist": FOUND["ways_mnist"], "pipelines": digits})
    assert with_study.startswith("The study digits took 62 seconds from nothing,")
    assert with_study.endswith(line)
    assert " on 4 cores, without the setting up before" in with_study
    assert readme.speed_line({}) == "Not measured yet: run `make bench`."


def test_who_trains_seeds_side_by_side_is_told_apart() -> None:
    side = {"jax": ran(60.0, 0.93, seeds=10)} | MNIST
    line = readme.speed_line({"ways_mnist": FOUND["ways_mnist"] | {"rounds": [side]}})
    assert "10.0 times as long. Side by side, too: with JAX" in line
    assert "seeds by vmap 3.0 times as long. [bench/]" in line

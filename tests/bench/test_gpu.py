from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import data, gpu, jobs, readme, tables
from bench.processes import Finished
from tests.bench.test_readme import HEAD


def test_every_number_of_seeds_is_a_process_that_sees_the_device(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[tuple[list[str], dict[str, Any], dict[str, str]]] = []

    def run_process(command: list[str], environment: dict[str, str]) -> Finished:
        block = json.loads(Path(command[command.index("--job") + 1]).read_text())
        started.append((command, block, environment))
        return Finished(6.0, 5.0, 0, "")

    monkeypatch.setattr(gpu, "run_process", run_process)
    monkeypatch.setattr(data, "folder", lambda _: tmp_path)
    points = gpu.measure([10, 1000], [3], "cuda:1", epochs=2)
    assert [(point["job"], point["seeds"]) for point in points] == [
        ("mnist", 10),
        ("mnist", 1000),
        ("fashion", 3),
    ]
    assert points[0]["seconds_a_seed_and_epoch"] == pytest.approx(0.3)
    for (command, block, environment), point in zip(started, points, strict=True):
        assert command[command.index("--seeds") + 1] == str(point["seeds"])
        assert block["training"]["epochs"] == 2
        assert environment["REGSCOPE_DEVICE"] == "cuda:1"
        assert environment["CUDA_VISIBLE_DEVICES"] != ""


def test_a_profile_is_milliseconds_a_seed_and_epoch_without_starting() -> None:
    cells = {
        "none": {"start: imports": 9.0, "forward": 0.2, "backward": 0.4},
        "l1": {"forward": 0.2, "backward": 0.4, "penalties": 0.1},
    }
    shown = tables.profile_table({"cells": cells, "seeds": 5, "epochs": 2})
    found = [[cell.text for cell in row] for row in shown.rows]
    assert found == [
        ["backward", "40.0", "40.0"],
        ["forward", "20.0", "20.0"],
        ["penalties", "0.0", "10.0"],
        ["all", "60.0", "70.0"],
    ]


def test_the_whole_fashion_job_is_the_studys() -> None:
    whole, short = jobs.fashion(whole=True), jobs.fashion()
    assert (whole.train, whole.test, whole.short) == (60_000, 10_000, False)
    assert "train" not in whole.block["split"]
    assert short.train < whole.train


def test_the_results_name_the_device() -> None:
    point = {"job": "mnist", "seeds": 10, "epochs": 5, "seconds": 6.0}
    points = [point | {"seconds_a_seed_and_epoch": 0.12}]
    block = readme.block({"gpu": HEAD | {"device": "Some GPU", "points": points}})
    assert "Some GPU" in block
    assert "120.00" in block

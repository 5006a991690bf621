from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from regscope.arithmetic import settle
from regscope.datasets import Dataset
from tests import tiny
from tests.alone import work_in
from tests.processors import ARITHMETIC

# Examples are the same in every run, and none are remembered in the working tree.
hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("repeatable")


def pytest_configure() -> None:
    # As worker processes of a training do; `python -m tests.processors` asks for the other one.
    os.environ.pop("MKL_CBWR", None)
    arithmetic: Any = os.environ.get(ARITHMETIC, "fastest")
    assert settle(arithmetic) is None
    # No file of a test has to outlive a power failure, and a disk takes its time over each.
    os.fsync = lambda fd: None
    import torch

    torch.set_num_threads(1)


LONGEST = ("test_order.py", "test_interruption.py", "test_cookbook.py", "test_portable_studies.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: of several processes none then waits for one that began late."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory that is also the repository, without regscope's variables."""
    return work_in(tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def all_digits_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prepared data of `tiny.study()`."""
    return tiny.prepare(tiny.study(), tmp_path_factory.mktemp("digits"))


@pytest.fixture(scope="session")
def all_digits(all_digits_folder: Path) -> Dataset:
    return Dataset.load(all_digits_folder)


@pytest.fixture(scope="session")
def digits(all_digits: Dataset) -> Dataset:
    """Their first 300: as many as make two batches of an evaluation, one of them a partial one."""
    return replace(all_digits, inputs=all_digits.inputs[:300], targets=all_digits.targets[:300])


@pytest.fixture(scope="session")
def digits_folder(digits: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("few_digits")
    digits.save(folder)
    return folder


@pytest.fixture(scope="session")
def moons(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The data of `tiny.study(data=tiny.MOONS)`."""
    study = tiny.study(data=tiny.MOONS)
    return Dataset.load(tiny.prepare(study, tmp_path_factory.mktemp("moons")))

"""Which arithmetic a process computes with, and what it says where it cannot."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from regscope.arithmetic import choice, is_portable, numpy_variables, settle, settled
from regscope.arithmetic.builds import builds_lack

INTEL = "vendor_id\t: GenuineIntel\nflags\t\t: fpu sse4_2 avx2 fma avx512f\n"


@pytest.fixture
def described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A description of the processor to write; what was settled before comes back."""
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(INTEL)
    monkeypatch.setattr(choice, "CPUINFO", cpuinfo)
    monkeypatch.setattr(settled, "_settled", {})
    # Stages that other tests import here have set them.
    left = {name: value for name, value in os.environ.items() if name not in choice.NUMPY}
    monkeypatch.setattr(os, "environ", left)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    choice.processor_lacks.cache_clear()
    yield cpuinfo
    choice.processor_lacks.cache_clear()


def test_a_processor_with_avx2_lacks_nothing(described: Path) -> None:
    assert choice.processor_lacks() is None


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ("fpu sse4_2 avx", "this processor has no avx2 and no fma"),
        ("fpu sse4_2 avx2", "this processor has no fma"),
    ],
)
def test_an_older_processor_says_what_it_lacks(described: Path, flags: str, reason: str) -> None:
    described.write_text(f"flags\t\t: {flags}\n")
    assert settle("portable") == reason
    assert not is_portable()
    with numpy_variables():
        assert "OPENBLAS_CORETYPE" not in os.environ


def test_another_architecture_is_named(described: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    reason = settle("portable")
    assert reason == "it needs Linux on x86-64, and this is Linux on aarch64"


def test_operations_with_other_bits_are_named(
    described: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regscope.arithmetic import answers

    monkeypatch.setattr(answers, "differing", lambda: ["exp", "log"])
    assert settle("portable") == "other bits than on record in exp, log"
    assert not is_portable()


def test_a_build_without_mkl_is_named(described: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from regscope.arithmetic import answers

    monkeypatch.setattr(answers, "differing", lambda: ["exp"])
    monkeypatch.setattr(torch.backends.mkl, "is_available", lambda: False)
    assert settle("portable") == f"torch {torch.__version__} was built without MKL"


def test_numpys_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"Build Dependencies": {"blas": {"name": "accelerate"}}}
    monkeypatch.setattr(np, "show_config", lambda mode: found)
    assert builds_lack() == f"numpy {np.__version__} computes with accelerate, not with OpenBLAS"


def test_the_fastest_kernels_are_chosen_without_looking(described: Path) -> None:
    described.unlink()
    os.environ.pop("MKL_CBWR", None)
    assert settle("fastest") is None
    assert os.environ["MKL_CBWR"] == "AUTO,STRICT"
    assert not is_portable()


def test_a_system_that_does_not_describe_its_processor(described: Path) -> None:
    described.unlink()
    assert settle("portable") == f"{described} does not tell what this processor has"


def test_numpy_loads_whatever_the_environment_asks_for(described: Path) -> None:
    """It refuses two variables that contradict each other."""
    os.environ[choice.CLASHING] = "X86_V3"
    with numpy_variables():
        assert choice.CLASHING not in os.environ
    assert os.environ[choice.CLASHING] == "X86_V3"
    choice.steady_numpy()
    assert choice.CLASHING not in os.environ


def test_processes_started_inside_get_numpys_variables(described: Path) -> None:
    os.environ["OPENBLAS_NUM_THREADS"] = "7"
    with numpy_variables():
        assert {name: os.environ[name] for name in choice.NUMPY} == choice.NUMPY
    assert "OPENBLAS_CORETYPE" not in os.environ
    assert os.environ["OPENBLAS_NUM_THREADS"] == "7"

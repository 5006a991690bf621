"""Other processors, as far as the libraries' own switches can show them.

`python -m tests.processors` runs under each of them what says that bits and tolerances do not
depend on them, and with portable arithmetic the tests of everything numeric.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from regscope.arithmetic.builds import builds_lack
from regscope.arithmetic.choice import CPUINFO, NUMPY, processor_lacks

ROOT = Path(__file__).parents[1]

ARITHMETIC = "REGSCOPE_TEST_ARITHMETIC"

PROCESSORS = {
    "SSE4.2": {
        "ATEN_CPU_CAPABILITY": "default",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "OPENBLAS_CORETYPE": "Nehalem",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
    },
    "AVX2": {
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Zen",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    },
    "AVX-512": {
        "ATEN_CPU_CAPABILITY": "avx512",
        "MKL_ENABLE_INSTRUCTIONS": "AVX512",
        "ONEDNN_MAX_CPU_ISA": "AVX512_CORE",
        "OPENBLAS_CORETYPE": "SkylakeX",
        "NPY_DISABLE_CPU_FEATURES": "AVX512_ICL AVX512_SPR",
    },
}
"""What to set so that kernels are chosen as on that processor; a processor can show lesser ones."""

OWN = "AVX-512"
"""Which of them this one chooses by itself."""

if "avx512f" not in (CPUINFO.read_text() if CPUINFO.is_file() else ""):
    OWN = "AVX2"
    del PROCESSORS["AVX-512"]
LACKING = processor_lacks() or builds_lack()
"""Why portable arithmetic cannot be had here, if it cannot; then nothing is held to its bits."""

if LACKING:
    PROCESSORS.clear()

NUMERIC = (
    "arithmetic", "engine", "evaluation", "regularizers", "stacking", "tasks", "training",
)  # fmt: skip
"""What is computed while networks train. Most families in `models` have no portable arithmetic;
those that have, and `measures`, are held to the bytes of portable studies that are rebuilt."""

OF_PROCESSORS = (
    "arithmetic", "measures", "training/test_golden.py", "training/test_optimizers.py",
    "training/test_reference.py",
)  # fmt: skip

OF_FASTEST = (
    "arithmetic/test_functions.py", "engine/test_cell.py", "engine/test_device.py",
    "stacking/test_products.py", "training/test_sentences.py",
)  # fmt: skip
"""Hold a process to what it does without portable arithmetic: other devices, torch's products."""

OF_ALL = ("training/test_portable.py",)
"""Chooses processors and arithmetic itself."""


def main() -> None:
    runs = {
        f"kernels of {name}": variables
        for name, variables in PROCESSORS.items()
        # As all tests ran that are no test of other processors.
        if name != OWN
    }
    if not LACKING:
        runs["portable arithmetic"] = {**NUMPY, ARITHMETIC: "portable"}
    left_out = [f"--ignore=tests/{name}" for name in (*OF_FASTEST, *OF_ALL)]
    parallel = ["--numprocesses", "auto", "--dist", "worksteal"]
    for name, variables in runs.items():
        portable = ARITHMETIC in variables
        tests = [f"tests/{name}" for name in (NUMERIC if portable else OF_PROCESSORS)]
        print(f"\n{name}", flush=True)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", *parallel, *tests),
                *(left_out if portable else []),
            ],
            cwd=ROOT,
            env=os.environ | variables,
            check=False,
        )
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()

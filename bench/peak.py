"""The fastest matrix products this processor does, as operations a second.

The best of two libraries that come with torch (its own choice, MKL where it was built with it, and
oneDNN) on square matrices. `python -m bench.peak --threads N` measures them all in this process.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator

from bench.processes import python_module, run_process
from regscope.base.processes import cores

SIDES = (1024, 2048)
SECONDS = 0.6
WINDOW = 0.1
PRECISIONS = ("float32", "bfloat16")

Rates = dict[str, dict[str, float]]


def measure() -> dict[str, Rates]:
    """`{threads: {precision: {library: operations a second}}}`, for one thread and all."""
    return {
        str(threads): json.loads(
            run_process(python_module("bench.peak", "--threads", str(threads))).output
        )
        for threads in sorted({1, cores()})
    }


def best(found: dict[str, Rates], precision: str, threads: int | None = None) -> float:
    """The highest rate on so many threads, or on the most that were tried."""
    return max(found[str(threads or max(map(int, found)))][precision].values())


def main() -> None:
    import torch

    parser = argparse.ArgumentParser(prog="python -m bench.peak", description=__doc__)
    parser.add_argument("--threads", type=int, required=True)
    torch.set_num_threads(parser.parse_args().threads)
    found: Rates = {}
    for precision in PRECISIONS:
        found[precision] = {"torch": 0.0}
        for side in SIDES:
            for library, product in _products(precision, side).items():
                product()
                rate = max(rates(product, 2.0 * side**3, SECONDS))
                found[precision][library] = max(rate, found[precision].get(library, 0.0))
    print(json.dumps(found))


def rates(product: Callable[[], object], flops: float, seconds: float) -> Iterator[float]:
    """Operations a second of repeated products, over windows of at least WINDOW seconds."""
    end = time.perf_counter() + seconds
    while (started := time.perf_counter()) < end:
        count = 0
        while (now := time.perf_counter()) - started < WINDOW:
            product()
            count += 1
        yield flops * count / (now - started)


def _products(precision: str, side: int) -> dict[str, Callable[[], object]]:
    """By library, a product of two square matrices."""
    import torch

    kind = getattr(torch, precision)
    left, right = torch.rand(side, side).to(kind), torch.rand(side, side).to(kind)
    out = torch.empty_like(left)
    products: dict[str, Callable[[], object]] = {
        "torch": lambda: torch.mm(left, right, out=out),
    }
    if torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        linear = torch.ops.mkldnn._linear_pointwise
        products["onednn"] = lambda: linear(left, right, None, "none", [], "")
    return products


if __name__ == "__main__":
    main()

"""CUDA graphs: a step recorded once and replayed, without the processor between its kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

Step = Callable[[Tensor], None]


def replayed(step: Step, changed: Callable[[], list[Tensor]]) -> Step:
    """`step`, recorded on a GPU for every shape of its argument; elsewhere `step` itself.

    A step may change nothing but the tensors that `changed` gives, in place, and read nothing
    that is not at the same address in the next step. Recording runs it for nothing, so what
    `changed` gives is put back afterwards.
    """
    recorded: dict[torch.Size, tuple[Tensor, torch.cuda.CUDAGraph]] = {}

    def run(argument: Tensor) -> None:
        if not argument.is_cuda:
            step(argument)
            return
        if argument.shape not in recorded:
            # Steps run one after another, so all graphs may use the first one's memory.
            pool = next((graph.pool() for _, graph in recorded.values()), None)
            recorded[argument.shape] = _record(step, changed, argument, pool)
        static, graph = recorded[argument.shape]
        static.copy_(argument)
        graph.replay()

    return run


def _record(
    step: Step, changed: Callable[[], list[Tensor]], argument: Tensor, pool: Any
) -> tuple[Tensor, torch.cuda.CUDAGraph]:
    """As in torch's notes on CUDA semantics: warm up beside the main stream, then capture."""
    static = argument.clone()
    before = [tensor.clone() for tensor in changed()]
    beside = torch.cuda.Stream(argument.device)  # type: ignore[no-untyped-call]
    beside.wait_stream(torch.cuda.current_stream(argument.device))
    with torch.cuda.stream(beside):
        for _ in range(3):
            step(static)
    torch.cuda.current_stream(argument.device).wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, pool=pool):
        step(static)
    with torch.no_grad():
        for tensor, value in zip(changed(), before, strict=True):
            tensor.copy_(value)
    return static, graph

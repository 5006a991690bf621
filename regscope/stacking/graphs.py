"""CUDA graphs: a step recorded once and replayed, without the processor between its kernels."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


class Recorder:
    """Runs a step: on a GPU as recorded for each shape of its argument, elsewhere as it is.

    A step may change nothing but the tensors that `changed` gives, in place, and read nothing
    that is not at the same address in the next step. Recording runs it for nothing, so what
    `changed` gives is put back afterwards. No step is kept: whoever owns one may own this.
    """

    def __init__(self) -> None:
        self._recorded: dict[torch.Size, tuple[Tensor, torch.cuda.CUDAGraph]] = {}

    def run(
        self, step: Callable[[Tensor], None], changed: Callable[[], list[Tensor]], argument: Tensor
    ) -> None:
        if not argument.is_cuda:
            step(argument)
            return
        if argument.shape not in self._recorded:
            with torch.cuda.device(argument.device):
                self._recorded[argument.shape] = self._record(step, changed, argument)
        static, graph = self._recorded[argument.shape]
        static.copy_(argument)
        graph.replay()

    def _record(
        self, step: Callable[[Tensor], None], changed: Callable[[], list[Tensor]], argument: Tensor
    ) -> tuple[Tensor, torch.cuda.CUDAGraph]:
        """As in torch's notes on CUDA semantics: warm up beside the main stream, then capture."""
        static = argument.clone()
        before = [tensor.clone() for tensor in changed()]
        beside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            for _ in range(3):
                step(static)
        torch.cuda.current_stream().wait_stream(beside)
        graph = torch.cuda.CUDAGraph()
        # Steps run one after another, so all graphs may use the first one's memory.
        pool = next((other.pool() for _, other in self._recorded.values()), None)
        with torch.cuda.graph(graph, pool=pool, stream=beside):
            step(static)
        with torch.no_grad():
            for tensor, value in zip(changed(), before, strict=True):
                tensor.copy_(value)
        return static, graph

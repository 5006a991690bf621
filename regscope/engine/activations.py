"""What examples take on their way through a network, found out with a few of them."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.overrides import TorchFunctionMode

from regscope.arithmetic import Precision
from regscope.stacking import winograd
from regscope.stacking.convolution import Geometry
from regscope.stacking.pooling import stacked_max_pool
from regscope.stacking.precision import compute_in


@dataclass(frozen=True)
class Taken:
    """Bytes an example takes beside itself: in a step, and in an evaluation, at its peak."""

    training: int
    evaluating: int


def taken(
    network: nn.Module,
    inputs: Tensor,
    batch: int,
    evaluated: int,
    precision: Precision = "float32",
) -> Taken:
    """By `inputs`, a few examples, of each of the `batch` of a step and the `evaluated` at once.

    A step, which computes in `precision`, keeps what its backward reads, and in one layer more,
    twice, on the way back. The stacked convolutions that go Winograd's way keep transformed inputs
    beside; on the way through one there are those of its outputs too, and what they are made from
    and into.
    """
    with compute_in(precision, inputs.device):
        with _noted_tiles(network, batch) as kept_tiles:
            few = _trained(network.train(), inputs)
        more = _trained(network, inputs.repeat_interleave(2, 0))
    # What is there once for all examples, as weights in bfloat16 are, falls out.
    kept, widest = (twice - once for once, twice in zip(few, more, strict=True))
    alive = Alive(network, inputs)
    with _noted_tiles(network, evaluated) as tiles, torch.no_grad(), alive:
        network.eval()(inputs)
    passing = max((3 * read // 2 + 7 * written // 4 for read, written in tiles), default=0)
    return Taken(
        (kept + 2 * widest) // len(inputs) + sum(read for read, _ in kept_tiles),
        max(alive.most // len(inputs), passing),
    )


def pool_as_stacked(network: nn.Module) -> None:
    """Put a stack's max pooling in place: on a processor it keeps nothing but where maxima were."""
    for module in network.modules():
        for name, child in module.named_children():
            if type(child) is nn.MaxPool2d:
                setattr(module, name, stacked_max_pool(child))


class Alive(TorchFunctionMode):
    """While it is on: how many bytes are alive at most of tensors that functions of torch give.

    Of functions, not of the operators inside: seeing these would load torch's compiler.
    """

    def __init__(self, network: nn.Module, inputs: Tensor) -> None:
        super().__init__()
        known = (inputs, *network.state_dict().values())
        self._known = {_storage(tensor)._cdata: _storage(tensor) for tensor in known}
        self._seen: dict[int, weakref.ref[Any]] = {}
        self._now = 0
        self.most = 0

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        made = function(*args, **(kwargs or {}))
        for tensor in made if isinstance(made, tuple | list) else [made]:
            if isinstance(tensor, Tensor):
                self._note(tensor)
        return made

    def _note(self, tensor: Tensor) -> None:
        storage = _storage(tensor)
        key, size = storage._cdata, storage.nbytes()
        if key in self._known or key in self._seen:
            return

        def gone(_: object) -> None:
            del self._seen[key]
            self._now -= size

        self._seen[key] = weakref.ref(storage, gone)
        self._now += size
        self.most = max(self.most, self._now)


@contextmanager
def _noted_tiles(network: nn.Module, count: int) -> Iterator[list[tuple[int, int]]]:
    """Of every convolution that goes Winograd's way with so many examples: an example's tiles.

    In bytes, of what it reads and of what it writes.
    """
    found: list[tuple[int, int]] = []

    def note(layer: nn.Module, read: tuple[Tensor, ...], written: Tensor) -> None:
        assert isinstance(layer, nn.Conv2d)
        geometry = Geometry.of(layer)
        padded = geometry.pad(read[0][:1]).to(written.dtype)
        many = padded.expand(count, *padded.shape[1:])
        if geometry.simplest and winograd.pays(many, layer.weight):
            tiles = winograd.tile_bytes(padded)
            found.append((tiles, tiles * written.shape[1] // padded.shape[1]))

    hooks = [
        layer.register_forward_hook(note)
        for layer in network.modules()
        if isinstance(layer, nn.Conv2d)
    ]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


def _trained(network: nn.Module, inputs: Tensor) -> tuple[int, int]:
    """Bytes kept for backward, and in one layer at most, beside the inputs and the network."""
    known = (inputs, *network.state_dict().values())
    own = {_address(tensor) for tensor in known}
    kept: dict[int, int] = {}
    widest = 0

    def keep(tensor: Tensor) -> Tensor:
        if _address(tensor) not in own:
            kept[_address(tensor)] = _storage(tensor).nbytes()
        return tensor

    def note(_: nn.Module, read: Any, written: Any) -> None:
        nonlocal widest
        tensors = [tensor for tensor in (*read, written) if isinstance(tensor, Tensor)]
        storages = {_address(tensor): _storage(tensor).nbytes() for tensor in tensors}
        widest = max(widest, sum(storages[address] for address in storages.keys() - own))

    hooks = [
        module.register_forward_hook(note)
        for module in network.modules()
        if not any(True for _ in module.children())
    ]
    with saved_tensors_hooks(keep, lambda tensor: tensor):
        outputs = network(inputs)
    del outputs
    for hook in hooks:
        hook.remove()
    return sum(kept.values()), widest


def _storage(tensor: Tensor) -> torch.UntypedStorage:
    return tensor.untyped_storage()


def _address(tensor: Tensor) -> int:
    return _storage(tensor).data_ptr()

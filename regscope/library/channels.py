"""Which axis of maps is that of the channels: networks may turn them to the end on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Size, Tensor, nn
from torch.nn.modules import batchnorm, conv, dropout, instancenorm, pooling
from torch.utils.weak import WeakTensorKeyDictionary

from regscope.models.dense.activity import ActivityL1

FIRST, LAST = 1, -1

CHANNELS_FIRST = (
    *(conv._ConvNd, batchnorm._BatchNorm, instancenorm._InstanceNorm, nn.GroupNorm),
    *(getattr(pooling, name) for name in pooling.__all__),
    *(nn.LocalResponseNorm, nn.Upsample, nn.PixelShuffle, nn.PixelUnshuffle),
)
CHANNELS_LAST = (nn.Linear, nn.LayerNorm, nn.RMSNorm)
KEEPING = (nn.Identity, dropout._DropoutNd, ActivityL1)


class Channels:
    """Follows one pass of a model: what its modules give, and where the channels of that are.

    Convolutions, pooling and the norms of channels have them at axis 1, dense layers and norms over
    the last axis there; dropout and the modules of `kinds` leave them where they were.
    """

    def __init__(self, kinds: tuple[type[nn.Module], ...]) -> None:
        self._keeping = (*KEEPING, *kinds)
        self._known = WeakTensorKeyDictionary()
        self._last: tuple[Size, int] | None = None

    @contextmanager
    def followed(self, model: nn.Module) -> Iterator[None]:
        watched = (*CHANNELS_FIRST, *CHANNELS_LAST, *self._keeping)
        handles = [
            module.register_forward_hook(self._note)
            for module in model.modules()
            if isinstance(module, watched)
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def axis(self, given: tuple[Any, ...], found: Tensor) -> int | None:
        """FIRST or LAST, of what a module that leaves axes alone makes of `given`; None: unknown.

        Where functions came between, sums or permutations, it is the axis that has as many places
        as there were channels in the last maps known, if one alone has.
        """
        for tensor in (found, *given):
            if isinstance(tensor, Tensor) and tensor in self._known:
                known: int = self._known[tensor]
                return known
        if self._last is None:
            return None
        before, axis = self._last
        if len(before) != found.dim():
            return None
        other = FIRST if axis == LAST else LAST
        stays = found.shape[axis] == before[axis]
        goes = found.shape[other] == before[axis]
        if stays and not goes:
            return axis
        return other if found.shape == _moved(before, axis) and not stays else None

    def _note(self, module: nn.Module, given: tuple[Any, ...], found: Any) -> None:
        if not isinstance(found, Tensor) or found.dim() <= 3:
            return
        keeping = isinstance(module, self._keeping)
        axis = self.axis(given, found) if keeping else _axis_of(module, found)
        if axis is not None:
            self._known[found] = axis
            self._last = found.shape, axis


def _axis_of(module: nn.Module, found: Tensor) -> int | None:
    if isinstance(module, CHANNELS_FIRST):
        return FIRST
    wide = [module.out_features] if isinstance(module, nn.Linear) else module.normalized_shape
    if not isinstance(wide, list | tuple) or len(wide) != 1:
        return None
    if type(module).forward in (kind.forward for kind in CHANNELS_LAST):
        return LAST
    # A class derived from them may turn the axes itself, as torchvision's LayerNorm2d.
    fits = [axis for axis in (FIRST, LAST) if found.shape[axis] == wide[0]]
    return fits[0] if len(fits) == 1 else None


def _moved(shape: Size, axis: int) -> Size:
    """The shape with that axis moved to the other end of those behind the batch."""
    batch, *others = shape
    if axis == FIRST:
        return Size([batch, *others[1:], others[0]])
    return Size([batch, others[-1], *others[:-1]])

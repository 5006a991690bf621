"""Slots: the places in a network where a regularizer may put a module."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


def check_slots(model: nn.Module, dropout: Collection[str], norm: Collection[str]) -> None:
    """Raises ValueError unless the slots of `model` are those of the named layers."""
    for slot, names in (("dropout", dropout), ("norm", norm)):
        suffix = f"_{slot}"
        modules = (name for name, _ in model.named_modules() if name.endswith(suffix))
        found = {name.removesuffix(suffix) for name in modules}
        for name in sorted(found ^ set(names)):
            has, wanted = ("a", "none") if name in found else ("no", "one")
            raise ValueError(f"the model has {has} slot {name}{suffix}, and should have {wanted}")


def fill_slots(
    model: nn.Module,
    slot: str,
    layers: Collection[str] | None,
    make: Callable[[nn.Module], nn.Module],
) -> None:
    """Put `make(layer)` into the slot `<layer>_<slot>` of the named layers, or of every layer.

    Raises ValueError when there is no empty slot, so that no regularizer is lost silently.
    """
    from torch import nn

    modules = dict(model.named_modules())
    suffix = f"_{slot}"
    names = [name for name in modules if name.endswith(suffix)]
    if layers is not None:
        names = [f"{layer}{suffix}" for layer in layers]
    if not names:
        raise ValueError(f"the model has no slot for {slot}")
    for name in names:
        if not isinstance(modules.get(name), nn.Identity):
            raise ValueError(f"the model has no empty slot named {name}")
        parent, _, child = name.rpartition(".")
        setattr(modules[parent], child, make(modules[name.removesuffix(suffix)]))

"""Slots: the places in a network where a regularizer may put a module."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from torch import nn

SlotKind = Literal["norm", "dropout", "residual"]
"""What a slot is for: between a layer's weights and its activation; after the activation; at the
end of a residual branch, which is added to what goes around it."""

KINDS: tuple[SlotKind, ...] = get_args(SlotKind)

Slots = Mapping[SlotKind, tuple[str, ...]]
"""`{kind: names}` of the layers, or for `residual` branches, that have a slot `<name>_<kind>`."""


OFFERED = "offered_slots"
"""The attribute of a network that says which its slots are, where names alone do not tell."""


def check_slots(model: nn.Module, slots: Slots) -> None:
    """Raises ValueError unless the slots of `model` are those that `slots` names."""
    for kind in KINDS:
        suffix = f"_{kind}"
        found = set(slot_names(model, kind))
        for name in sorted(found ^ set(slots.get(kind, ()))):
            has, wanted = ("a", "none") if name in found else ("no", "one")
            raise ValueError(f"the model has {has} slot {name}{suffix}, and should have {wanted}")


def slot_names(model: nn.Module, kind: SlotKind) -> list[str]:
    """The layers or branches of a network that have a slot of that kind, in its own order."""
    offered: Slots | None = getattr(model, OFFERED, None)
    if offered is not None:
        return list(offered.get(kind, ()))
    suffix = f"_{kind}"
    found = (name for name, _ in model.named_modules() if name.endswith(suffix))
    return [name.removesuffix(suffix) for name in found]


def channel_slots(model: nn.Module) -> tuple[str, ...]:
    """The convolutions with a slot for dropout: what enters it are channels `[B, C, H, W]`."""
    from torch import nn

    modules = dict(model.named_modules())
    names = slot_names(model, "dropout")
    return tuple(name for name in names if isinstance(modules.get(name), nn.Conv2d))


def fill_slots(
    model: nn.Module,
    kind: SlotKind,
    names: Collection[str] | None,
    make: Callable[[nn.Module], nn.Module],
) -> None:
    """Put `make(layer)` into the slot `<name>_<kind>` of the named layers, or of all that have one.

    Where something is in it already, that runs first: the slot then holds an `nn.Sequential`.

    Raises ValueError when there is no such slot, so that no regularizer is lost silently.
    """
    modules = dict(model.named_modules())
    suffix = f"_{kind}"
    names = slot_names(model, kind) if names is None else names
    if not names:
        raise ValueError(f"the model has no slot for {kind}")
    places = [f"{name}{suffix}" for name in names]
    for place in places:
        if place not in modules:
            raise ValueError(f"the model has no slot named {place}")
        parent, _, child = place.rpartition(".")
        made = make(modules[place.removesuffix(suffix)])
        setattr(modules[parent], child, _joined(modules[place], made))


def _joined(held: nn.Module, made: nn.Module) -> nn.Module:
    from torch import nn

    if isinstance(held, nn.Identity):
        return made
    if isinstance(held, nn.Sequential):
        return held.append(made)
    return nn.Sequential(held, made)

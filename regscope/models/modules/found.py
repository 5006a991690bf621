"""What there is in a network of one's own for methods to act on: layers and slots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regscope.models.slots import KINDS, SlotKind, Slots
from regscope.models.weights import weights_of

if TYPE_CHECKING:
    from torch import nn

PAGE = "docs/your-network.md"

REMEDIES: dict[SlotKind, str] = {
    "norm": (
        "put nn.Identity(), called hidden1_norm beside a layer hidden1, between it and its"
        f" activation: {PAGE}"
    ),
    "dropout": (
        "put nn.Identity(), called hidden1_dropout beside a layer hidden1, after its activation:"
        f" {PAGE}"
    ),
    "residual": (
        "put nn.Identity(), called block1_residual beside a branch block1, where the branch ends:"
        f" {PAGE}"
    ),
}
"""How a slot is made, by what it is for."""


def layers_in(network: nn.Module) -> tuple[str, ...]:
    """What owns weights, in the order of the network; a weight at its root goes by its own name."""
    owners = (name.rpartition(".")[0] or name for name in weights_of(network))
    return tuple(dict.fromkeys(owners))


def slots_in(network: nn.Module) -> Slots:
    """The empty places called `<layer>_<kind>` beside a module `<layer>`.

    One for normalization counts where the layer says how many units it has.
    """
    from torch import nn

    modules = dict(network.named_modules())
    found: dict[SlotKind, tuple[str, ...]] = {}
    for kind in KINDS:
        suffix = f"_{kind}"
        names = [
            name.removesuffix(suffix)
            for name, module in modules.items()
            if name.endswith(suffix) and type(module) is nn.Identity
        ]
        found[kind] = tuple(
            name for name in names if name in modules and (kind != "norm" or _counts(modules[name]))
        )
    return found


def _counts(layer: nn.Module) -> bool:
    from torch import nn

    return isinstance(layer, nn.Conv2d) or isinstance(getattr(layer, "out_features", None), int)

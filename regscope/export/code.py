"""A network as Python code that needs nothing but torch."""

from __future__ import annotations

import re

import torch
from torch import Tensor, nn

MODULE = '''"""{title}"""

from collections import OrderedDict

from torch import nn


def network() -> nn.Sequential:
    """The network, without its weights: they are in state_dict.pt."""
    return nn.Sequential(
        OrderedDict(
            [
{layers}
            ]
        )
    )
'''


def torch_code(network: nn.Module, title: str, inputs: Tensor) -> str | None:
    """A module with a function `network()` that builds it, of layers that torch itself has.

    None where it is no chain of such layers, or where what the code builds does not give the same
    for `inputs`. Empty places (nn.Identity) are left out.
    """
    if type(network) is not nn.Sequential:
        return None
    layers = []
    for name, layer in network.named_children():
        if type(layer) is nn.Identity:
            continue
        if getattr(nn, type(layer).__name__, None) is not type(layer) or any(layer.children()):
            return None
        # Convolutions show their padding without quotation marks.
        shown = re.sub(r"padding=(valid|same)\b", r'padding="\1"', repr(layer))
        layers.append(f'                ("{name}", nn.{shown}),')
    code = MODULE.format(title=title, layers="\n".join(layers))
    return code if _gives_the_same(code, network, inputs) else None


@torch.no_grad()
def _gives_the_same(code: str, network: nn.Module, inputs: Tensor) -> bool:
    scope: dict[str, nn.Module] = {}
    try:
        exec(compile(code, "model.py", "exec"), scope)
        built: nn.Module = scope["network"]()
        built.load_state_dict(network.state_dict())
    except (SyntaxError, NameError, TypeError, RuntimeError):
        return False
    found = built.eval()(inputs)
    return bool(torch.allclose(found, network(inputs), rtol=1e-4, atol=1e-5))

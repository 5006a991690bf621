"""A network as Python code that needs nothing but torch."""

from __future__ import annotations

import inspect
import re

import torch
from torch import Tensor, nn

from regscope.export.plain.embedding import ColumnEmbedding as PlainColumnEmbedding
from regscope.models.dense.columns import ColumnEmbedding

MODULE = '''"""{title}"""

from collections import OrderedDict

{imports}from torch import nn

{classes}
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
    """A module with a function `network()` that builds it, of layers that torch itself has, and of
    what reads a table, whose class it holds.

    None where it is no chain of such layers, or where what the code builds does not give the same
    for `inputs`. Empty places (nn.Identity) are left out.
    """
    if type(network) is not nn.Sequential:
        return None
    layers, imports, classes = [], "", ""
    for name, layer in network.named_children():
        if type(layer) is nn.Identity:
            continue
        if isinstance(layer, ColumnEmbedding):
            layers.append(f'                ("{name}", {_columns_shown(layer)}),')
            imports, classes = "import torch\n", f"\n{inspect.getsource(PlainColumnEmbedding)}\n"
            continue
        if getattr(nn, type(layer).__name__, None) is not type(layer) or any(layer.children()):
            return None
        # Convolutions show their padding without quotation marks.
        shown = re.sub(r"padding=(valid|same)\b", r'padding="\1"', repr(layer))
        layers.append(f'                ("{name}", nn.{shown}),')
    code = MODULE.format(title=title, imports=imports, classes=classes, layers="\n".join(layers))
    return code if _gives_the_same(code, network, inputs) else None


def _columns_shown(columns: ColumnEmbedding) -> str:
    layout = columns.layout
    arguments = {
        "numbers": list(layout.numbers),
        "gaps": list(layout.gaps),
        "categories": list(layout.categories),
        "starts": list(layout.starts),
        "rows": layout.rows,
        "embedding": columns.embedding,
    }
    shown = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return f"ColumnEmbedding({shown})"


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

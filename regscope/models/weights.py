"""Which parameters of a network are weights: the one rule of training, measures and pruning.

A weight is a parameter of floating point with two axes or more that a product, a convolution, a
lookup or a recurrence reads. What owns it and what part it has there decide, not its shape alone:

- of torch's own layers (dense, bilinear, convolution, embedding, recurrence, attention) and of
  classes named like them it is what is called a weight: `weight`, `weight_hh_l0`, `in_proj_weight`,
  but not `weight_scale`;
- normalization has none, be its gain as large as a map: torch's, or a class named after a norm;
- of any other module it is what has two axes longer than 1 and is not called a bias, gain, scale,
  shift or position. A module may say itself which of its parameters they are: `weight_names`;
- of a program that torch exported, whose modules are gone, the operators that read it tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from torch import Tensor, nn

Value = TypeVar("Value")
Owners = Mapping[str, "nn.Module"]

LAYER = re.compile(
    r"(Linear|Bilinear|Conv(Transpose)?\dd|_ConvNd|Embedding(Bag)?|(RNN|LSTM|GRU)(Cell)?"
    r"|RNN(Cell)?Base|MultiheadAttention)$"
)
NORMALIZATION = re.compile(
    r"Norm(aliz(er|ation))?(?![a-z])"
    r"(?!\w*(Attention|Block|Cell|Conv|Dense|Linear|MLP|RNN|LSTM|GRU|Transformer))"
)
"""The word anywhere in the name of a class, `LayerNormChannelsFirst`, not in `NormedHead`; what
names a layer behind it has weights of its own, `PreNormAttention`."""

BIAS = {"bias", "biases"}
"""Words anywhere in the name of a parameter that is added: `bias_hh_l0`."""

OTHER_ENDS = {
    *("beta", "gamma", "gain", "gains", "norm", "scale", "scales", "shift", "shifts"),
    *("pos", "position", "positions", "positional"),
}
"""Last words of parameters that activations are multiplied by one by one, or that are added."""

POSITIONS = re.compile(r"(pos|position|positional)_?(embed|embedding|embeddings|encoding)s?$", re.I)

WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")

PRODUCTS = re.compile(r"linear|conv|embedding|mm|matmul|einsum|tensordot|lstm|gru|rnn")
RESHAPED = {
    *("t", "transpose", "permute", "view", "reshape", "unsqueeze", "squeeze", "expand"),
    *("to", "_to_copy", "clone", "detach", "contiguous", "alias"),
}

SOURCES = ("_orig", "_g", "_v")
"""What torch.nn.utils' prune, spectral_norm and weight_norm put behind the name of a weight for
the parameters that they make it of at every pass."""


def weights_of(network: nn.Module) -> dict[str, nn.Parameter]:
    """`{name: parameter}` of a plain network's weights in its own order, shared ones once.

    Those that are made of other parameters at every pass are left out: see `made_weights`.
    """
    found: dict[str, nn.Parameter] = {}
    seen: set[int] = set()
    owners = dict(network.named_modules(remove_duplicate=False))
    read = _read_by(network)
    for name, parameter in network.named_parameters(remove_duplicate=False):
        if id(parameter) in seen or _made_of(owners, name) is not None:
            continue
        if _is_weight(owners, name, parameter, read):
            found[name] = parameter
            seen.add(id(parameter))
    return found


def made_weights(network: nn.Module) -> dict[str, Tensor]:
    """`{name: tensor}` of weights that torch.nn.utils makes of other parameters at every pass.

    By a mask, a norm or a parametrization; the tensors are as the last pass left them.
    """
    found: dict[str, Tensor] = {}
    owners = dict(network.named_modules(remove_duplicate=False))
    for name, _ in network.named_parameters():
        made = _made_of(owners, name)
        if made is None or made in found:
            continue
        parent, _, own = made.rpartition(".")
        tensor = getattr(owners[parent], own)
        if _is_weight(owners, made, tensor, {}):
            found[made] = tensor
    return found


def layer_of(name: str) -> str:
    """What a weight is called in tables: the layer that it is the `weight` of, or its own name."""
    return name.removesuffix(".weight")


def weight_in(layer: str, tensors: Mapping[str, Value]) -> Value:
    """The tensor of what `layer_of` calls `layer`."""
    return tensors[f"{layer}.weight" if f"{layer}.weight" in tensors else layer]


def _is_weight(owners: Owners, name: str, tensor: Tensor, read: Mapping[str, set[str]]) -> bool:
    if tensor.dim() < 2 or not tensor.is_floating_point():
        return False
    if name in read:
        return any(PRODUCTS.search(operator) for operator in read[name])
    parent, _, own = name.rpartition(".")
    owner = owners[parent]
    said = getattr(owner, "weight_names", None)
    if isinstance(said, tuple | list):
        return own in said
    words = [word.lower() for word in WORDS.findall(own)]
    kind = _kind(owner)
    if kind is NORMALIZATION or _is_added_or_scales(own, words):
        return False
    if kind is LAYER and "weight" in words:
        return True
    return sum(size > 1 for size in tensor.shape) >= 2


def _is_added_or_scales(own: str, words: list[str]) -> bool:
    named = BIAS.intersection(words) or OTHER_ENDS.intersection(words[-1:])
    return bool(named or POSITIONS.search(own))


def _kind(owner: nn.Module) -> re.Pattern[str] | None:
    """LAYER, NORMALIZATION or neither; where it derives from a class of torch, that one decides."""
    kinds = type(owner).__mro__
    # A scripted module keeps the name of its class alone.
    scripted = getattr(owner, "original_name", None)
    torchs = [kind.__name__ for kind in kinds if kind.__module__.startswith("torch.nn.")]
    others = [scripted] if isinstance(scripted, str) else [kind.__name__ for kind in kinds]
    for name in (*torchs, *others):
        for pattern in (LAYER, NORMALIZATION):
            if pattern.search(name):
                return pattern
    return None


def _made_of(owners: Owners, name: str) -> str | None:
    """The name of the tensor that is made of the parameter `name` at every pass, if one is."""
    layer, parametrized, source = name.rpartition("parametrizations.")
    if parametrized:
        return f"{layer}{source.partition('.')[0]}"
    parent, _, own = name.rpartition(".")
    attributes = vars(owners[parent])
    for suffix in SOURCES:
        tensor = own.removesuffix(suffix)
        # A plain tensor, which is no parameter, beside the parameter of its name.
        if tensor != own and hasattr(attributes.get(tensor), "is_floating_point"):
            return name.removesuffix(suffix)
    return None


def _read_by(network: nn.Module) -> dict[str, set[str]]:
    """`{name: operators}` of the parameters that the programs among the modules read."""
    from torch.fx import GraphModule

    found: dict[str, set[str]] = {}
    for path, module in network.named_modules():
        if isinstance(module, GraphModule):
            for node in module.graph.find_nodes(op="get_attr"):
                name = f"{path}.{node.target}".removeprefix(".")
                found.setdefault(name, set()).update(_operators(node))
    return found


def _operators(node: Any) -> Iterator[str]:
    for user in node.users:
        called = user.target if isinstance(user.target, str) else _named(user.target)
        if called in RESHAPED:
            yield from _operators(user)
        else:
            yield called


def _named(operator: Any) -> str:
    """`linear` of `aten.linear.default`, or of a function's own name."""
    packet = getattr(operator, "overloadpacket", operator)
    return str(getattr(packet, "__name__", packet))

"""Many networks of one architecture as one module.

Users write a plain `torch.nn` module for one network. `stack` swaps only the layers that own
parameters or buffers, or that draw random numbers; the module's own `forward` runs untouched on
activations with the seeds folded into the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial

import torch
from torch import Tensor, nn

from regscope.models.weights import made_weights, weights_of
from regscope.stacking.children import children_by_place
from regscope.stacking.convolution import choose_layout
from regscope.stacking.layers import LoopedLayer, rule_for
from regscope.stacking.streams import Streams


def stack(modules: Sequence[nn.Module], seeds: Sequence[int], sample: Tensor) -> nn.Module:
    """Make one module of one network a seed.

    The result maps `[S*B, ...]` to `[S*B, ...]`; its parameters and buffers keep the plain
    names and get a leading axis S. `sample` `[B, ...]` (B at least 2), on the networks'
    device, is used to check that every network still computes what it computed alone.

    Raises ValueError where stacking would change the results: a `forward` that mixes the
    examples of a batch, tied weights, weights that are made of others at every pass, frozen ones,
    or random numbers drawn outside the modules known here.
    """
    _check_plain(modules[0])
    stacked = deepcopy(modules[0])
    streams = partial(Streams, seeds, device=sample.device)
    _swap_children(stacked, list(modules), streams, "", set())
    _check_parameters(stacked, modules)
    choose_layout(stacked, sample.repeat(len(modules), *[1] * (sample.dim() - 1)))
    _check_randomness(stacked, sample, len(modules))
    _check_outputs(stacked, modules, sample)
    return stacked


def streams_of(module: nn.Module) -> list[Streams]:
    """The random streams inside a stack, which `start_epoch` must be called on."""
    found = [getattr(child, "streams", None) for child in module.modules()]
    # Where networks run one after another, each has its own.
    found += getattr(module, "every_streams", [])
    return [streams for streams in found if isinstance(streams, Streams)]


def stacked_weights(
    stacked: nn.Module, plain: nn.Module, layers: Sequence[str] | None
) -> dict[str, Tensor]:
    """The weights `[S, ...]` of the named layers of a stack of networks like `plain`, or of all.

    Raises ValueError where there are none, or a named layer has none.
    """
    parameters = dict(stacked.named_parameters())
    found: dict[str, Tensor] = {name: parameters[name] for name in weights_of(plain)}
    for layer in layers or ():
        if not any(f"{name}.".startswith(f"{layer}.") for name in found):
            raise ValueError(f"the layer {layer} has no weights")
    if layers is not None:
        parts = tuple(f"{layer}." for layer in layers)
        found = {name: weight for name, weight in found.items() if f"{name}.".startswith(parts)}
    if not found:
        raise ValueError("the network has no weights")
    return found


def _swap_children(
    stacked: nn.Module,
    plain: Sequence[nn.Module],
    streams: Callable[[str], Streams],
    prefix: str,
    swapped: set[nn.Module],
) -> None:
    """In place. A layer that stands at two places draws from a stream at each; one of several
    layers does so once, and `swapped` are those whose children were."""
    swapped.add(stacked)
    for name, child in children_by_place(stacked):
        if child in swapped:
            continue
        path = f"{prefix}{name}"
        counterparts = [module.get_submodule(name) for module in plain]
        rule = rule_for(child)
        if rule is not None:
            setattr(stacked, name, rule(counterparts, partial(streams, f"mask/{path}")))
        elif any(True for _ in child.children()):
            _swap_children(child, counterparts, streams, f"{path}.", swapped)
        elif any(True for _ in child.parameters()) or any(True for _ in child.buffers()):
            setattr(stacked, name, LoopedLayer(counterparts))


def _check_plain(module: nn.Module) -> None:
    for name in made_weights(module):
        raise ValueError(
            f"{name} cannot be stacked: torch.nn.utils makes it of other parameters at every pass"
        )
    for name, parameter in module.named_parameters():
        if not parameter.requires_grad:
            raise ValueError(
                f"{name} cannot be stacked: it is frozen, and every parameter is trained; what is"
                " not to be trained is a buffer"
            )


def _check_parameters(stacked: nn.Module, modules: Sequence[nn.Module]) -> None:
    plain = {name: tensor.shape for name, tensor in modules[0].state_dict().items()}
    expected = {name: (len(modules), *shape) for name, shape in plain.items()}
    found = {name: tuple(tensor.shape) for name, tensor in stacked.state_dict().items()}
    if expected != found:
        odd = sorted(set(expected.items()) ^ set(found.items()))[0][0]
        raise ValueError(f"{odd} cannot be stacked: a module owns it beside its children")
    if len(list(stacked.parameters())) != len(list(modules[0].parameters())):
        raise ValueError("tied weights cannot be stacked: they would come apart")
    if _kept_buffers(stacked) != _kept_buffers(modules[0]):
        raise ValueError("tied buffers cannot be stacked: they would come apart")


def _kept_buffers(network: nn.Module) -> int:
    """How many there are; one under two names counts once, one that no state holds not at all."""
    kept = network.state_dict(keep_vars=True).values()
    return len({id(tensor) for tensor in kept if not isinstance(tensor, nn.Parameter)})


def _check_randomness(stacked: nn.Module, sample: Tensor, seeds: int) -> None:
    state = _random_state(sample.device)
    buffers = {name: tensor.clone() for name, tensor in stacked.named_buffers()}
    with torch.no_grad():
        stacked.train()(sample.repeat(seeds, *[1] * (sample.dim() - 1)))
    for name, tensor in stacked.named_buffers():
        tensor.copy_(buffers[name])
    if not torch.equal(state, _random_state(sample.device)):
        raise ValueError(
            "the model draws from torch's global generator while training (functional dropout?):"
            " use nn.Dropout modules, whose masks belong to one seed each"
        )


def _random_state(device: torch.device) -> Tensor:
    if device.type == "cuda":
        return torch.cuda.get_rng_state(device)
    return torch.random.get_rng_state()


def _check_outputs(stacked: nn.Module, modules: Sequence[nn.Module], sample: Tensor) -> None:
    stacked.eval()
    # Every network reads a batch of its own, with one example twice: one batch for all would hide
    # a forward that takes a mean over the batch.
    size = len(sample)
    batches = []
    for seed in range(len(modules)):
        batches.append(sample.clone())
        batches[-1][seed % size] = sample[(seed + 1) % size]
    with torch.no_grad():
        together = stacked(torch.cat(batches)).chunk(len(modules))
        for module, batch, outputs in zip(modules, batches, together, strict=True):
            if not torch.allclose(module.eval()(batch), outputs, rtol=1e-4, atol=1e-5):
                raise ValueError(
                    "the stacked network computes something else than the plain one: its"
                    " forward must treat every example of a batch alike"
                )

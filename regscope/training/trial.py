"""A network of one's own tried out on a few examples, before anything is trained."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import NoReturn

import torch
from torch import Tensor, nn

from regscope.base.errors import RegscopeError
from regscope.models.modules.loading import other_states, told
from regscope.stacking.children import children_by_place
from regscope.stacking.looped import draws

RELATIVE, ABSOLUTE = 1e-4, 1e-5
"""What another number of examples may change in an output."""


ALONE = "let it take a single example too"
SIZES = "sizes come by input_shape and classes"


def try_out(
    network: nn.Module, sample: Tensor, outputs: int, words: bool = False, remedy: str = SIZES
) -> None:
    """Refuse a network that cannot be trained as others are. It is left as it is.

    `sample` `[B, ...]` are examples as a network sees them, at least two; of sentences, `words`,
    their ids. Raises RegscopeError, in one line that ends with a remedy: the one given where the
    forward raises something.
    """
    kept = sample.clone()
    evaluated = deepcopy(network).eval()
    states = _states()
    with torch.no_grad():
        whole = _passed(evaluated, sample, remedy)
    _check_shape(whole, sample, outputs, words)
    _check_logits(whole)
    _check_unchanged(sample, kept)
    if _states() != states:
        _refuse_draws(evaluated, kept, "in evaluation too")
    _check_alone(evaluated, kept, whole, outputs, words)
    trained = _without_known_draws(deepcopy(network)).train()
    states = _states()
    found = _passed(trained, sample, remedy)
    _check_unchanged(sample, kept)
    if _states() != states:
        _refuse_draws(trained, kept, "by itself")
    if not found.requires_grad:
        raise RegscopeError(
            "no parameter has a part in what it gives: compute with the layers' outputs, without"
            " detach() and no_grad()"
        )


def same(found: Tensor, other: Tensor) -> bool:
    """Whether two tensors hold the same, nan where the other does too."""
    if found.shape != other.shape or found.dtype != other.dtype:
        return False
    return bool(((found == other) | (found.isnan() & other.isnan())).all())


def _passed(network: nn.Module, inputs: Tensor, remedy: str) -> Tensor:
    try:
        found: Tensor = network(inputs)
    except (Exception, SystemExit) as error:
        shape = list(inputs.shape)
        if isinstance(error, NotImplementedError) and type(network).forward is nn.Module.forward:
            raise RegscopeError(
                "has no forward: define forward(self, inputs), which returns the logits"
            ) from error
        raise RegscopeError(f"{told(error)}: its inputs are {shape}; {remedy}") from error
    return found


def _check_shape(found: object, sample: Tensor, outputs: int, words: bool) -> None:
    wanted = f"[{len(sample)}, {'T, ' * words}{outputs}]"
    if not isinstance(found, Tensor):
        raise RegscopeError(
            f"gives a {type(found).__name__}, and must give logits {wanted}: return that one tensor"
        )
    shape = list(found.shape)
    middle = 1 + words
    if len(shape) != middle + 1 or shape[0] != len(sample) or shape[-1] != outputs:
        remedy = f"end with as many units as outputs, nn.Linear(..., {outputs})"
        if len(shape) != middle + 1:
            remedy = "keep the first axis and the last, flatten(1) in place of squeeze()"
        raise RegscopeError(
            f"gives {shape} where inputs are {list(sample.shape)}, not {wanted}: {remedy}"
        )
    if found.dtype != torch.float32:
        kind = str(found.dtype).removeprefix("torch.")
        raise RegscopeError(f"gives {kind}, and must give float32: return outputs.float()")


def _check_logits(found: Tensor) -> None:
    """Refuse what has gone through a softmax: the loss takes one of it again."""
    shares = bool((found >= 0).all()) and found.shape[-1] > 1
    if shares and bool(((found.sum(-1) - 1).abs() < ABSOLUTE).all()):
        raise RegscopeError(
            "gives probabilities, which sum to 1, and must give logits: leave the softmax at its"
            " end out"
        )


def _check_unchanged(sample: Tensor, kept: Tensor) -> None:
    if not same(sample, kept):
        raise RegscopeError(
            "changes its inputs in place, which others read: begin with inputs = inputs.clone()"
        )


@torch.no_grad()
def _check_alone(
    network: nn.Module, sample: Tensor, whole: Tensor, outputs: int, words: bool
) -> None:
    """Every example gives by itself what it gives beside others."""
    for number in range(len(sample)):
        one = sample[number : number + 1].clone()
        found = _passed(network, one, ALONE)
        _check_shape(found, one, outputs, words)
        beside = whole[number : number + 1]
        if words:
            length = min(found.shape[1], beside.shape[1], int((one != 0).sum()))
            found, beside = found[:, :length], beside[:, :length]
        if not torch.allclose(found, beside, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True):
            raise RegscopeError(
                "mixes the examples of a batch: one gives otherwise beside others than alone; take"
                " no mean, norm or attention over the first axis (batch_first=True in torch's"
                " layers)"
            )


def _states() -> object:
    return torch.random.get_rng_state().numpy().tobytes(), other_states()


def _without_known_draws(network: nn.Module) -> nn.Module:
    for parent in list(network.modules()):
        for name, child in children_by_place(parent):
            if draws(child):
                setattr(parent, name, nn.Identity())
    return network


def _refuse_draws(network: nn.Module, sample: Tensor, when: str) -> NoReturn:
    """Name the layer whose forward moves a generator, where it is one of torch's own."""
    culprits: list[str] = []
    before: dict[nn.Module, object] = {}

    def begin(module: nn.Module, _: object) -> None:
        before[module] = _states()

    def ended(name: str) -> Callable[..., None]:
        def end(module: nn.Module, *_: object) -> None:
            if _states() != before[module]:
                culprits.append(f"{name} ({type(module).__name__})" if name else "")

        return end

    for name, module in network.named_modules():
        module.register_forward_pre_hook(begin)
        module.register_forward_hook(ended(name))
    network(sample)
    who = next(iter(culprits), "")
    raise RegscopeError(
        f"{who or 'its forward'} draws random numbers {when}, not from a seed's stream: put"
        " nn.Dropout modules in its place, and dropout=0 in torch's attention, transformer and"
        " recurrent layers"
    )

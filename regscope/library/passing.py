"""One pass of somebody's classifier over somebody's batches, checked on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from regscope.base.errors import RegscopeError
from regscope.base.foreign import cause
from regscope.evaluation.words import counted

Outputs = Literal["logits", "probabilities"]
Batch = tuple[Tensor, Tensor]

OFF_ONE = 1e-3
"""Probabilities of half precision sum to one but for about so much."""


@dataclass(frozen=True)
class Passed:
    """Logits `[N, C]` and labels `[N]` of all that counts; `few` are the first batches, and `uncut`
    is the last of them as a whole where that is only a part of one."""

    logits: Tensor
    labels: Tensor
    few: list[Batch]
    uncut: Batch | None


def as_module(model: Any) -> nn.Module:
    """The model, or the module of a program that torch exported.

    Raises RegscopeError where it is neither.
    """
    from torch.export import ExportedProgram

    module: Any = model.module() if isinstance(model, ExportedProgram) else model
    if not isinstance(module, nn.Module):
        raise RegscopeError(f"model: must be a torch.nn.Module, not a {type(model).__name__}")
    return module


@contextmanager
def left_as_found(model: nn.Module) -> Iterator[torch.device]:
    """Evaluation mode, no gradients, on the device where the model is; then all as it was.

    Every module's own mode comes back, what its buffers held, and torch's random generators, from
    which loaders draw. Programs that torch exported have the mode that they were exported in.
    """
    # A frozen script has no mode any more.
    modes = [(module, module.training) for module in model.modules() if hasattr(module, "training")]
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    tensors = [*model.parameters(), *model.buffers()]
    device = tensors[0].device if tensors else torch.device("cpu")
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices), torch.no_grad():
        with suppress(NotImplementedError):
            model.eval()
        try:
            yield device
        finally:
            for module, training in modes:
                module.training = training
            for buffer, before in buffers:
                buffer.copy_(before)


def passed(
    model: nn.Module, loader: Iterable[Any], device: torch.device, outputs: Outputs, examples: int
) -> Passed:
    """What `model` says to every batch; `few` holds the first `examples` examples.

    Raises RegscopeError, naming the batch, where it is no pair of tensors or what the model gives
    is not what a classifier gives, or nan or inf; where there is no example; and where all
    sentences have as many words as there are classes, so that logits `[N, C, T]` would fit, too.
    """
    found, kept = [], []
    square: list[bool] = []
    uncut = None
    left = examples
    for number, batch in enumerate(loader):
        inputs, labels = _pair(batch, number, device)
        given = _logits_of(model, inputs, labels, number)
        square.append(given.dim() == 3 and given.shape[1] == given.shape[2])
        found.append(counted(given, labels))
        _check_finite(found[-1][0], number, inputs)
        if left > 0:
            kept.append((inputs[:left], labels[:left]))
            if left < len(inputs):
                uncut = (inputs, labels)
            left -= len(inputs)
    logits = torch.cat([some for some, _ in found]) if found else torch.empty(0)
    if not len(logits):
        raise RegscopeError("the loader gives no examples")
    _check_outputs(logits, outputs)
    if outputs == "logits" and all(square):
        count = logits.shape[1]
        raise RegscopeError(
            f"sentences of {count} words and {count} classes: it cannot be told that the model"
            " gives [N, T, C] and not [N, C, T]: pad one batch by a word (label -1), or end the"
            " model in softmax(-1) and give outputs='probabilities'"
        )
    if outputs == "probabilities":
        logits = logits.double().log()
    return Passed(logits.cpu(), torch.cat([some for _, some in found]).cpu(), kept, uncut)


def again(model: nn.Module, batches: list[Batch], outputs: Outputs) -> tuple[Tensor, Tensor]:
    """Logits `[N, C]` and labels `[N]` of batches that were passed before."""
    found = [counted(model(inputs), labels) for inputs, labels in batches]
    logits = torch.cat([some for some, _ in found])
    labels = torch.cat([some for _, some in found])
    return (logits.double().log() if outputs == "probabilities" else logits), labels


def _pair(batch: Any, number: int, device: torch.device) -> Batch:
    pair = isinstance(batch, tuple | list) and len(batch) == 2
    if not pair or not all(isinstance(part, Tensor) for part in batch):
        raise RegscopeError(
            f"batch {number} of the loader: must be a pair of tensors (inputs, labels), not"
            f" {_shape(batch)}"
        )
    inputs, labels = batch
    if labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool:
        raise RegscopeError(
            f"batch {number} of the loader: labels must be whole numbers, the classes, not"
            f" {str(labels.dtype).removeprefix('torch.')}"
        )
    return inputs.to(device), labels.to(device, torch.int64)


def _logits_of(model: nn.Module, inputs: Tensor, labels: Tensor, number: int) -> Tensor:
    try:
        found = model(inputs)
    except Exception as error:
        # It may be anybody's.
        raise RegscopeError(
            f"batch {number} of the loader: the model refuses inputs {_shape(inputs)}:"
            f" {cause(error)}"
        ) from error
    fits = (
        isinstance(found, Tensor)
        and found.is_floating_point()
        and labels.dim() in (1, 2)
        and found.shape[:-1] == labels.shape
        and found.shape[-1] >= 2
    )
    if not fits:
        raise RegscopeError(
            f"batch {number} of the loader: for labels of shape {list(labels.shape)} the model"
            f" gives {_shape(found)}; a classifier gives one number a class (two or more), [N, C]"
            " for labels [N], or [N, T, C] for [N, T]"
        )
    lowest, highest = (int(labels.min()), int(labels.max())) if labels.numel() else (0, 0)
    if highest >= found.shape[-1] or (lowest < 0 and labels.dim() == 1):
        wrong = highest if highest >= found.shape[-1] else lowest
        raise RegscopeError(
            f"batch {number} of the loader: label {wrong}, and the model tells classes 0 to"
            f" {found.shape[-1] - 1}"
        )
    logits: Tensor = found
    return logits


def _check_finite(found: Tensor, number: int, inputs: Tensor) -> None:
    """-inf may stand for a class that cannot be; of nan and inf no probabilities come.

    Where the inputs are to blame, they are named, by the first column or place that is not finite.
    """
    for wrong in (found.isnan(), found == torch.inf):
        if wrong.any():
            given = ~inputs.isfinite()
            if given.any():
                place = given.nonzero()[0, 1:].tolist()
                where = f"column {place[0]}" if len(place) == 1 else f"place {place}"
                raise RegscopeError(
                    f"batch {number} of the loader: inputs are {inputs[given][0].item()} at {where}"
                    f" (from 0) in one of {len(inputs)} examples or more: must be finite"
                )
            raise RegscopeError(
                f"batch {number} of the loader: the model gives {found[wrong][0].item()} for"
                f" {int(wrong.any(1).sum())} of {len(found)}: its training has diverged, or these"
                " are no inputs for it"
            )


def _check_outputs(found: Tensor, outputs: Outputs) -> None:
    if outputs not in ("logits", "probabilities"):
        raise RegscopeError(f"outputs = {outputs}: choose from: logits, probabilities")
    are = bool((found >= 0).all() and ((found.double().sum(1) - 1).abs() < OFF_ONE).all())
    if are and outputs == "logits":
        raise RegscopeError(
            "outputs = logits: the model gives probabilities (a softmax at its end?): give"
            " outputs='probabilities'"
        )
    if not are and outputs == "probabilities":
        raise RegscopeError("outputs = probabilities: what the model gives does not sum to one")


def _shape(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} of shape {list(value.shape)}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {type(value).__name__}"

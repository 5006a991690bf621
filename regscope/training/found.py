"""Networks whose layers are found late: whether the study's cells fit them, and how they stack."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from regscope.base.errors import RegscopeError
from regscope.base.foreign import cause, said
from regscope.datasets import Dataset
from regscope.datasets.seen import as_seen
from regscope.models.initialization import initialized
from regscope.models.normalization import keep_biased_variance
from regscope.regularizers import Regularizer
from regscope.regularizers.base import has_hook
from regscope.stacking.looped import loop
from regscope.stacking.stack import stack
from regscope.study.params import Study
from regscope.tasks import task_of
from regscope.training.trial import SIZES, same, try_out

EXAMPLES = 4
"""So many are tried out."""

IN_SLOTS = (
    "without the methods it runs; give a slot for normalization [B, units], or maps [B, C, H, W]"
)
"""The remedy where a network fails with modules in its slots."""


def check_found(study: Study, regs: Sequence[str], dataset: Dataset) -> None:
    """Refuse a network of one's own, or cells that do not fit it, before anything is trained.

    Raises RegscopeError, in one line.
    """
    path = getattr(study.model, "path", study.model.kind)
    first, again = (_plain(study, [], dataset) for _ in range(2))
    study.check_network(first)
    sample, outputs = _sample(dataset), task_of(dataset).outputs(dataset)
    words = dataset.kind == "tokens"
    _check_repeated(path, first, again)
    _tried(f"model.path = {path}", first, sample, outputs, words)
    for reg in regs:
        methods = study.cells[reg].methods()
        network = _plain(study, methods, dataset)
        if any(has_hook(method, "insert") for method in methods):
            _tried(f"regularizers.{reg}: {path}", network, sample, outputs, words, IN_SLOTS)


def why_looped(study: Study, methods: Sequence[Regularizer], dataset: Dataset) -> str | None:
    """What keeps networks of a cell from being stacked; None where nothing does.

    Found out with two of one seed, so that it is the same whichever seeds train.
    """
    network = _plain(study, methods, dataset)
    try:
        stack([network, network], [0, 0], _sample(dataset))
    except (Exception, SystemExit) as error:  # noqa: BLE001
        if isinstance(error, ValueError):
            return said(error) or cause(error)
        return "its forward does not take several networks' examples at once"
    return None


def as_one(
    study: Study,
    modules: Sequence[nn.Module],
    seeds: Sequence[int],
    sample: Tensor,
    methods: Sequence[Regularizer],
    dataset: Dataset,
) -> nn.Module:
    """One module of one network a seed: a stack, or where they cannot be stacked a loop."""
    if study.model.found_late and why_looped(study, methods, dataset) is not None:
        return loop(modules, seeds, sample.device)
    return stack(modules, seeds, sample)


def _plain(study: Study, methods: Sequence[Regularizer], dataset: Dataset) -> nn.Module:
    outputs = task_of(dataset).outputs(dataset)
    module = initialized(study.model, dataset.input_shape, outputs, 0)
    for method in methods:
        method.insert(module)
    if study.training.conventions == "keras":
        keep_biased_variance(module)
    return module


def _sample(dataset: Dataset) -> Tensor:
    return as_seen(torch.from_numpy(dataset.inputs[:EXAMPLES].copy()), dataset.scale)


def _tried(
    label: str,
    network: nn.Module,
    sample: Tensor,
    outputs: int,
    words: bool,
    remedy: str = SIZES,
) -> None:
    try:
        try_out(network, sample.clone(), outputs, words, remedy)
    except RegscopeError as error:
        raise RegscopeError(f"{label}: {error}") from error


def _check_repeated(path: str, first: nn.Module, again: nn.Module) -> None:
    other = again.state_dict()
    for name, tensor in first.state_dict().items():
        if name not in other or not same(tensor, other[name]):
            raise RegscopeError(
                f"model.path = {path}: {name} begins otherwise each time that it is made, from the"
                " same seed: draw from torch's global generator alone"
            )

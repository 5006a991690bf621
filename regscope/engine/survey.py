"""What a seed of a cell takes in memory, found out before any is trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from regscope.arithmetic import Precision, settle
from regscope.datasets import Dataset
from regscope.datasets.seen import as_seen
from regscope.engine.activations import pool_as_stacked, taken
from regscope.engine.base import SurveyJob
from regscope.engine.device import DEVICE, present_device
from regscope.engine.memory import own_memory
from regscope.engine.operations import operations
from regscope.engine.plan import Cost, Survey
from regscope.engine.together import together
from regscope.regularizers import Regularizer
from regscope.regularizers.base import has_hook
from regscope.study.params import Study
from regscope.study.training import Training
from regscope.tasks import task_of
from regscope.training.found import check_found, why_looped
from regscope.training.loop import EVALUATION_BATCH
from regscope.training.optimizers import make_optimizer

EXAMPLES = 4
"""So many examples go through the network once: what they take grows in proportion."""

PROCESS = 48 * 2**20
"""What a worker takes beside its data and its seeds: its copies of shared pages, buffers."""

CONTEXT = 512 * 2**20
"""What a process takes on a GPU beside them."""

PLAIN_COPIES = 3
"""Of a weight, while it is updated operation by operation and projected: its step size, its
threshold, what lies within it."""

SLACK = 1.25
"""Measured over what is alive at the peak: freed blocks into which nothing else fits."""

SLACK_OF_CONVOLUTIONS = 1.35
"""Measured 0.7 to 2, of one network by a quarter more or less from run to run: kernels take
scratch memory, and freed blocks of many sizes are used again or not."""

NOT_USED_AGAIN = 0.5
"""Of the lesser of a step and an evaluation, where seeds train one by one: its large blocks serve
the other in part. A stack's are too many and too small for that."""

SLACK_OF_CONVOLUTIONS_ON_GPU = 2.5
"""Where cuDNN chooses kernels, and with them scratch memory, by what there is."""

_imported = 0


def survey(job: SurveyJob, free: int, dataset: Dataset | None = None) -> Survey:
    """What the largest of the cells of `job` takes, where so many bytes are free.

    `dataset` are its data, where they do not lie in its folder here. Of a GPU its own free bytes
    count. Chooses the arithmetic of this process, as training does.

    Raises RegscopeError where the device or the data are not there.
    """
    study = Study.model_validate(job.study)
    device, unportable = _settled(study, job.device)
    if dataset is None:
        dataset = Dataset.load(job.data)
    stored = dataset.inputs.nbytes + dataset.targets.nbytes
    name, present = "cpu", free
    process = PROCESS + 2 * stored
    if device != "cpu":
        name = torch.cuda.get_device_name(device)
        present, _ = torch.cuda.mem_get_info(device)
        process = CONTEXT + stored
    cells = [study.cells[reg].methods() for reg in job.regs]
    looped = None
    if study.model.found_late:
        check_found(study, job.regs, dataset)
        looped = next(
            filter(None, (why_looped(study, methods, dataset) for methods in cells)), None
        )
    process += _imported_bytes(study, cells, dataset)
    surveyed = [seed_bytes(study, methods, dataset, free, device) for methods in cells]
    seed, network = max(surveyed, key=lambda found: found[0])
    stackable = gains_from_stacking(network)
    if stackable or device != "cpu":
        # A place of a stack has room for what the methods of all its cells remember.
        mixed = [mix for mix in _mixed(study, job.regs) if mix not in cells]
        found = (seed_bytes(study, mix, dataset, free, device)[0] for mix in mixed)
        seed = max([seed, *found])
    if device != "cpu":
        seed += recording_bytes(study, network)
    cost = Cost(process, seed)
    counted = operations(network, _few(dataset))
    return Survey(device, name, present, cost, stackable, unportable, looped, counted)


def _mixed(study: Study, regs: Sequence[str]) -> list[list[Regularizer]]:
    """All methods of the cells of every stack."""
    named = (
        {method.name: method for reg in cells.regs for method in study.cells[reg].methods()}
        for cells in together(study, regs, stackable=True)
    )
    return [list(methods.values()) for methods in named]


def _settled(study: Study, chosen: str | None) -> tuple[str, str | None]:
    """The device, and why it does not compute portably where it should; no GPU does."""
    if study.training.arithmetic == "fastest":
        settle("fastest")
        return present_device(chosen), None
    device = present_device(chosen or "cpu")
    if device != "cpu":
        return device, f"{DEVICE} asks for {device}"
    return device, settle("portable")


def seed_bytes(
    study: Study,
    methods: Sequence[Regularizer],
    dataset: Dataset,
    free: int,
    device: str = "cpu",
) -> tuple[int, nn.Module]:
    """What one seed of a stack takes at its peak, and a network of the cell.

    Weights, gradients and the optimizer's memory; temporary copies of one tensor at a time, the
    largest; the order of the examples; a training step and an evaluation. A network whose weights
    alone exceed `free` bytes is not made: its activations are left out, and it comes on torch's
    meta device.
    """
    network = _without_values(study, methods, dataset)
    copies, temporary = 2 + remembered(study.training), 1
    if study.training.conventions == "keras" or any(
        has_hook(method, "subgradient") for method in methods
    ):
        temporary += PLAIN_COPIES
    temporary += max((method.temporary_copies for method in methods), default=0)
    copies += sum(method.held_weights for method in methods)
    weights = sum(parameter.nbytes for parameter in network.parameters())
    buffers = sum(buffer.nbytes for buffer in network.buffers())
    largest = max(parameter.nbytes for parameter in network.parameters())
    total = copies * weights + temporary * largest + buffers
    total += _order_bytes(study, methods, dataset)
    total += sum(_state_bytes(method, network) for method in methods)
    if total < free:
        network = _network(study, methods, dataset, "cpu")
        total += _passing_bytes(study, methods, dataset, network, device)
    return int(_slack(network, device) * total), network


def _slack(network: nn.Module, device: str) -> float:
    if gains_from_stacking(network):
        return SLACK
    return SLACK_OF_CONVOLUTIONS if device == "cpu" else SLACK_OF_CONVOLUTIONS_ON_GPU


def _imported_bytes(study: Study, cells: Sequence[Sequence[Regularizer]], dataset: Dataset) -> int:
    """What making their networks loads into a process that has not made any, torchvision for one.

    What earlier surveys have loaded into this one counts too; nothing does where its system does
    not tell.
    """
    global _imported
    with torch.device("meta"):
        # What torch loads for this device is not loaded where networks get values.
        nn.Linear(1, 1)
    before = own_memory()
    for methods in cells:
        _without_values(study, methods, dataset)
    _imported += max(0, own_memory() - before)
    return _imported


def recording_bytes(study: Study, network: nn.Module) -> int:
    """What recording a step takes beside: copies of what it changes, and gradients once more."""
    weights = sum(parameter.nbytes for parameter in network.parameters())
    return (2 + remembered(study.training)) * weights


def _state_bytes(method: Regularizer, network: nn.Module) -> int:
    """What a method remembers of one seed."""
    parameters, buffers = (
        {name: tensor.detach().unsqueeze(0) for name, tensor in named}
        for named in (network.named_parameters(), network.named_buffers())
    )
    state = method.state(parameters, buffers)
    return sum(tensor.nbytes for tensor in state.values())


def gains_from_stacking(network: nn.Module) -> bool:
    """Whether a processor trains seeds faster as one: not with convolutions or recurrences.

    A module may say so itself, as `stackable_on_processor`.
    """
    alone = (nn.modules.conv._ConvNd, nn.RNNBase)
    return not any(
        isinstance(module, alone) or not getattr(module, "stackable_on_processor", True)
        for module in network.modules()
    )


def remembered(settings: Training) -> int:
    """How many numbers the optimizer remembers a weight."""
    weight = nn.Parameter(torch.zeros(1, 64))
    state = make_optimizer(settings, [weight]).state
    return sum(tensor.numel() for tensor in state.values()) // weight.numel()


def _without_values(study: Study, methods: Sequence[Regularizer], dataset: Dataset) -> nn.Module:
    """The network on torch's meta device, if it can be made there."""
    if study.model.found_late:
        # What one's own constructor says without values is not about the network.
        return _network(study, methods, dataset, "cpu")
    try:
        return _network(study, methods, dataset, "meta")
    except (RuntimeError, TypeError):
        # Reading a value while building is possible only where there are values.
        return _network(study, methods, dataset, "cpu")


def _network(
    study: Study, methods: Sequence[Regularizer], dataset: Dataset, device: str
) -> nn.Module:
    with torch.device(device):
        network = study.model.build(dataset.input_shape, task_of(dataset).outputs(dataset))
        for method in methods:
            method.insert(network)
    return network


def _order_bytes(study: Study, methods: Sequence[Regularizer], dataset: Dataset) -> int:
    """Which examples train and which are held out, and their order in an epoch as it is drawn."""
    copies = max((method.copies for method in methods), default=1)
    held_out = dataset.pool_size - study.train_size
    return 8 * (4 * copies * study.train_size + held_out)


def _passing_bytes(
    study: Study,
    methods: Sequence[Regularizer],
    dataset: Dataset,
    network: nn.Module,
    device: str,
) -> int:
    """What batches take on their way through a network, while training and while evaluating."""
    one_by_one = device == "cpu" and not gains_from_stacking(network)
    precision: Precision = "float32"
    if one_by_one:
        pool_as_stacked(network)
        precision = study.training.precision
    inputs = _few(dataset)
    batch = min(study.training.batch_size, study.train_size)
    evaluated = max(0, min(EVALUATION_BATCH, dataset.pool_size - study.train_size))
    passing = taken(network, inputs, batch, evaluated, precision)
    # The next batch is read while the last is still there.
    read = torch.from_numpy(dataset.inputs[:1]).nbytes + 2 * inputs[0].nbytes
    changed = any(has_hook(method, "batch") for method in methods) * inputs[0].nbytes
    # What changing a batch takes beside is free again when it goes through the network.
    trained = read + max(4 * changed, changed + passing.training)
    less, more = sorted((batch * trained, evaluated * (read + passing.evaluating)))
    return more + int(NOT_USED_AGAIN * less if one_by_one else less)


def _few(dataset: Dataset) -> Tensor:
    """Examples, as networks see them, that take as much as any: the first, or long sentences."""
    places = np.arange(len(dataset.inputs))[:EXAMPLES]
    if dataset.kind == "tokens":
        places = np.argsort(-(dataset.targets >= 0).sum(1), kind="stable")[:EXAMPLES]
    return as_seen(torch.from_numpy(dataset.inputs[places]), dataset.scale)

"""The residual network: against torchvision's blocks, in a stack, while it trains, and refused."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor, nn
from torch.nn import functional

from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.measures.units import hidden_activations
from regscope.models import KINDS
from regscope.models.convolutional.vision import torchvision
from regscope.models.initialization import initialized
from regscope.models.resnet import ResNet
from regscope.models.slots import fill_slots
from regscope.regularizers.dropout import Dropout
from regscope.stacking.stack import stack, streams_of
from regscope.study.params import Study
from tests import tiny

NORMALIZATIONS: dict[str, dict[str, Any]] = {
    "none": {},
    "batch": {"normalization": "batch"},
    "layer": {"normalization": "layer"},
    "group": {"normalization": "group", "groups": 2},
}
SMALL: dict[str, Any] = {"kind": "resnet", "width": 4}


def resnet(**settings: Any) -> ResNet:
    return ResNet.model_validate({**SMALL, **settings})


def pictures(count: int, shape: tuple[int, int, int] = (1, 8, 8)) -> Tensor:
    return torch.rand(count, *shape, generator=torch.Generator().manual_seed(0))


def network(seed: int = 0, **settings: Any) -> nn.Module:
    return initialized(resnet(**settings), (1, 8, 8), 10, seed)


class Halved(nn.Module):
    """The shortcut where maps become smaller: every second place, and as many channels of zeros."""

    def forward(self, maps: Tensor) -> Tensor:
        kept = functional.max_pool2d(maps, 1, 2)
        return torch.cat([kept, torch.zeros_like(kept)], 1)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize("depth", [8, 14])
def test_it_computes_what_torchvisions_blocks_do(
    depth: int, normalization: str, training: bool
) -> None:
    ours = network(depth=depth, **NORMALIZATIONS[normalization]).double()
    torch.manual_seed(0)
    for tensor in ours.state_dict().values():
        if tensor.is_floating_point():
            tensor.add_(torch.rand_like(tensor) / 10)
    norms: dict[str, Callable[[int], nn.Module]] = {
        "none": lambda _: nn.Identity(),
        "batch": nn.BatchNorm2d,
        "layer": lambda channels: nn.GroupNorm(1, channels),
        "group": lambda channels: nn.GroupNorm(2, channels),
    }
    norm = norms[normalization]
    state = ours.state_dict()
    widths = [4 * 2**stage for stage in range(3) for _ in range((depth - 2) // 6)]
    expected = functional.conv2d(
        pictures(5).double(), state["stem.weight"], state.get("stem.bias"), padding=1
    )
    stem = norm(4)
    stem.double().load_state_dict(under("stem_normalization.", state))
    expected = stem.train(training)(expected).relu()
    before = 4
    for index, width in enumerate(widths, start=1):
        halved = width != before
        block = torchvision().models.resnet.BasicBlock(
            before, width, 1 + halved, Halved() if halved else None, norm_layer=norm
        )
        for layer in ("conv1", "conv2"):
            if f"block{index}.{layer}.bias" in state:
                block.get_submodule(layer).bias = nn.Parameter(torch.zeros(width))
        block.double().load_state_dict(
            {
                re.sub(r"conv(\d)_normalization", r"bn\1", name): tensor
                for name, tensor in under(f"block{index}.", state).items()
            }
        )
        expected = block.train(training)(expected)
        before = width
    expected = expected.mean((2, 3)) @ state["output.weight"].T + state["output.bias"]
    torch.testing.assert_close(ours.train(training)(pictures(5).double()), expected)


def under(prefix: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """A copy of what stands below a name: the passes compared may change it."""
    return {
        name.removeprefix(prefix): tensor.clone()
        for name, tensor in state.items()
        if name.startswith(prefix)
    }


@pytest.mark.parametrize("depth", [8, 14, 20])
def test_it_has_as_many_layers_as_it_says(depth: int) -> None:
    settings = resnet(depth=depth)
    owners = [
        name.removesuffix(".weight")
        for name, tensor in network(depth=depth).state_dict().items()
        if tensor.ndim >= 2
    ]
    assert settings.layer_names() == tuple(owners)
    assert len(owners) == depth
    assert KINDS["resnet"] is ResNet


def test_slots_are_those_of_its_kind() -> None:
    blocks = ("block1", "block2", "block3")
    convolutions = tuple(f"{block}.conv{index}" for block in blocks for index in (1, 2))
    assert resnet().slots() == {
        "norm": ("stem", *convolutions),
        "dropout": ("block1.conv1", "block2.conv1", "block3.conv1", "pooled"),
        "residual": blocks,
    }
    assert resnet(normalization="batch").slots()["norm"] == ()


def test_its_hidden_units_are_those_inside_branches_and_the_pooled_ones() -> None:
    stored = pictures(6)
    found = hidden_activations(network().eval(), resnet().hidden_layers(), stored, 1.0)
    assert {name: tuple(units.shape) for name, units in found.items()} == {
        "block1.conv1": (6, 4),
        "block2.conv1": (6, 8),
        "block3.conv1": (6, 16),
        "pooled": (6, 16),
    }


def test_the_papers_network_has_its_parameters() -> None:
    """He et al. 2016, table 6: 0.27 million with 20 layers."""
    settings = ResNet(depth=20, normalization="batch")
    model = settings.build((3, 32, 32), 10)
    assert sum(tensor.numel() for tensor in model.parameters()) == 269_722


@pytest.mark.parametrize(
    ("shape", "last"),
    [((1, 8, 8), (2, 2)), ((3, 33, 40), (9, 10)), ((3, 64, 64), (16, 16))],
)
def test_pictures_of_many_sizes(shape: tuple[int, int, int], last: tuple[int, int]) -> None:
    model = initialized(resnet(), shape, 7, 0)
    seen: list[torch.Size] = []
    model.get_submodule("pooled").register_forward_pre_hook(
        lambda _, given: seen.append(given[0].shape)
    )
    assert model(pictures(2, shape)).shape == (2, 7)
    assert seen == [(2, 16, *last)]


def test_a_branch_leaves_through_its_slot() -> None:
    """Where no branch is added, a block is its shortcut."""

    class Nothing(nn.Module):
        def forward(self, added: Tensor) -> Tensor:
            return torch.zeros_like(added)

    model = network()
    fill_slots(model, "residual", None, lambda _: Nothing())
    stem = model.get_submodule("stem")(pictures(3)).relu()
    kept = torch.cat([stem[:, :, ::4, ::4], torch.zeros(3, 12, 2, 2)], 1).mean((2, 3))
    torch.testing.assert_close(model(pictures(3)), model.get_submodule("output")(kept))


@pytest.mark.parametrize("initialization", ["glorot_uniform", "torch"])
@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_initialization(normalization: str, initialization: str) -> None:
    settings = {**NORMALIZATIONS[normalization], "initialization": initialization}
    state = network(width=16, **settings).state_dict()
    kernel = state["block2.conv1.weight"]
    fan_in, fan_out = 9 * 16, 9 * 32
    glorot, torchs = math.sqrt(6 / (fan_in + fan_out)), 1 / math.sqrt(fan_in)
    bound = glorot if initialization == "glorot_uniform" else torchs
    assert 0.98 * bound < float(kernel.abs().max()) <= bound
    if normalization != "none":
        assert state["block2.conv1_normalization.weight"].tolist() == [1] * 32
    assert ("block2.conv1.bias" in state) == (normalization != "batch")


@pytest.mark.parametrize("initialization", ["glorot_uniform", "torch"])
@torch.no_grad()
def test_without_normalization_no_block_adds_as_much_as_arrives(initialization: str) -> None:
    """So that 20 layers train: squares grow less than twofold a block, in the mean over all."""
    seen: list[float] = []
    model = network(depth=20, width=32, initialization=initialization)
    for name in ("stem_activation", "block9_activation"):
        model.get_submodule(name).register_forward_hook(
            lambda _, __, found: seen.append(found.square().sum(1).mean().item())
        )
    model(pictures(50))
    assert 0.5 < seen[1] / seen[0] < 2**9


def residual_study(cell: dict[str, Any] | None = None, **settings: Any) -> Study:
    return tiny.study(cell, "adam", model={**SMALL, **settings})


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_a_seed_computes_what_it_does_alone(normalization: str) -> None:
    """In double precision: single precision's last digits grow from layer to layer."""
    logits, gradients = [], []
    for seeds in ([3, 7], [7]):
        plain = [network(seed, **NORMALIZATIONS[normalization]) for seed in seeds]
        for module in plain:
            Dropout(rate=0.3).insert(module)
            fill_slots(
                module, "residual", None, lambda _: torchvision().ops.StochasticDepth(0.5, "row")
            )
        model = stack(plain, seeds, pictures(4)).double().train()
        for streams in streams_of(model):
            streams.start_epoch(0)
        outputs = model(pictures(6).double().repeat(len(seeds), 1, 1, 1))
        outputs.square().sum().backward()
        logits.append(outputs.detach().chunk(len(seeds)))
        gradients.append([parameter.grad for parameter in model.parameters()])
    torch.testing.assert_close(logits[0][1], logits[1][0])
    assert not torch.allclose(logits[0][0], logits[0][1])
    for together, alone in zip(*gradients, strict=True):
        assert together is not None
        torch.testing.assert_close(together[1:], alone)


@pytest.mark.parametrize("cell", [{}, {"batch_norm": True, "dropout": 0.2}, {"l1_prox": 0.0001}])
def test_cells_train(cell: dict[str, Any], digits: Dataset) -> None:
    loss = tiny.trained(residual_study(cell), digits, [0, 1]).history[0]
    assert (loss[:, -1] < loss[:, 0]).all()


@pytest.mark.slow
@pytest.mark.parametrize(("depth", "normalization"), [(8, "group"), (20, "none"), (14, "batch")])
def test_it_learns_digits(depth: int, normalization: str, all_digits: Dataset) -> None:
    settings = {**NORMALIZATIONS[normalization], "width": 8, "depth": depth}
    tried = tiny.study(
        {},
        "adam",
        model={**SMALL, **settings},
        training={"epochs": 5, "learning_rate": 0.005},
        split={"train": 500},
    )
    (accuracy,) = tiny.trained(tried, all_digits, [0]).history[4, :, -1].tolist()
    assert accuracy > 0.8


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"depth": 10}, "depth = 10: choose from: 8, 14, 20"),
        ({"normalization": "instance"},
         "normalization = instance: choose from: none, batch, layer, group"),
        ({"normalization": "group"}, "groups: must be given with normalization group"),
        ({"normalization": "group", "groups": 3}, "groups = 3: must divide the width, 4"),
        ({"normalization": "batch", "groups": 2}, "groups = 2: only with normalization group"),
        ({"width": 0}, "width = 0: must be at least 1"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_refused(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        resnet(**settings)
    assert one_line(refused.value, {**SMALL, **settings}) == told


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ((7,), "model.kind = resnet: needs pictures, and these inputs have the shape [7]:"
         " choose another kind"),
        ((1, 16, 7), "model.kind = resnet: pictures of 16x7 are too small for its strides, which"
         " need 8x8: choose another kind"),
    ],
)  # fmt: skip
def test_inputs_that_do_not_fit_are_refused(shape: tuple[int, ...], told: str) -> None:
    with pytest.raises(RegscopeError) as refused:
        resnet().build(shape, 10)
    assert str(refused.value) == told

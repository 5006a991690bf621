"""One rule for what a weight is: by what owns a parameter and its part there."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from regscope.evaluation.inside import weights_of as measured_weights
from regscope.library.parameters import read_weights
from regscope.models.convolutional.vision import torchvision
from regscope.models.glorot import glorot_uniform_
from regscope.models.weights import layer_of, made_weights, weight_in, weights_of
from regscope.stacking.stack import stack, stacked_weights


class Own(nn.Module):
    """A layer of one's own with one parameter of any name and shape."""

    def __init__(self, name: str = "kernel", shape: tuple[int, ...] = (3, 4)) -> None:
        super().__init__()
        self.register_parameter(name, nn.Parameter(torch.ones(shape)))


class MapNorm(nn.Module):
    """A normalization of one's own, known by its name alone."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2, 3, 3))


class Norm(nn.LayerNorm):
    pass


class NormedLinear(nn.Linear):
    """A layer, whatever its name: torch's class decides."""


class ScaledLinear(nn.Linear):
    """A layer whose outputs are multiplied one by one, too."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self.weight_scale = nn.Parameter(torch.ones(outputs, 1))
        self.weight_bias = nn.Parameter(torch.ones(outputs, 1))


def named(name: str, parameter: str = "weight", shape: tuple[int, ...] = (2, 3, 3)) -> nn.Module:
    """A layer of one's own whose class has that name."""
    own: nn.Module = type(name, (Own,), {})(parameter, shape)
    return own


class Says(Own):
    weight_names = ("table",)

    def __init__(self) -> None:
        super().__init__("table", (4, 1))
        self.kernel = nn.Parameter(torch.ones(3, 3))


TORCHS: dict[str, tuple[nn.Module, list[str]]] = {
    "dense": (nn.Linear(3, 2), ["weight"]),
    "dense from one": (nn.Linear(1, 2), ["weight"]),
    "bilinear": (nn.Bilinear(2, 3, 4), ["weight"]),
    "bilinear from ones": (nn.Bilinear(1, 1, 5), ["weight"]),
    "convolution": (nn.Conv3d(1, 2, 1), ["weight"]),
    "transposed": (nn.ConvTranspose1d(1, 2, 3), ["weight"]),
    "embedding": (nn.EmbeddingBag(4, 2), ["weight"]),
    "recurrence": (nn.LSTM(2, 3, proj_size=2), ["weight_ih_l0", "weight_hh_l0", "weight_hr_l0"]),
    "cell": (nn.GRUCell(2, 3), ["weight_ih", "weight_hh"]),
    "attention": (
        nn.MultiheadAttention(4, 2, add_bias_kv=True),
        ["in_proj_weight", "out_proj.weight"],
    ),
    "attention to others": (
        nn.MultiheadAttention(4, 2, kdim=3, vdim=3),
        ["q_proj_weight", "k_proj_weight", "v_proj_weight", "out_proj.weight"],
    ),
    "layer norm over maps": (nn.LayerNorm((2, 3, 3)), []),
    "rms norm over maps": (nn.RMSNorm((3, 3)), []),
    "group norm": (nn.GroupNorm(1, 2), []),
    "instance norm": (nn.InstanceNorm2d(2, affine=True), []),
    "prelu": (nn.PReLU(3), []),
    "normalization derived": (Norm((2, 3)), []),
    "normalization by name": (MapNorm(), []),
    "layer with a norm's name": (NormedLinear(2, 3), ["weight"]),
    "layer with a scale": (ScaledLinear(3, 2), ["weight"]),
    "kernel": (Own("kernel"), ["kernel"]),
    "any name": (Own("W"), ["W"]),
    "bias": (Own("bias_of_maps"), []),
    "gamma": (Own("gamma"), []),
    "layer scale": (Own("layer_scale_1"), []),
    "position": (Own("pos_embedding", (1, 5, 4)), []),
    "position in camel case": (Own("posEmbedding"), []),
    "gain of channels": (Own("weight", (1, 4, 1, 1)), []),
    "scalar": (Own("kernel", ()), []),
    "said": (Says(), ["table"]),
}


@pytest.mark.parametrize(("layer", "expected"), TORCHS.values(), ids=TORCHS)
def test_what_is_a_weight(layer: nn.Module, expected: list[str]) -> None:
    assert list(weights_of(layer)) == expected


@pytest.mark.parametrize(
    "name",
    [
        *("BatchNorm2d", "LayerNorm2d", "GroupNorm", "RMSNorm", "Norm", "PreNorm", "SpectralNorm"),
        *("LayerNormGeneral", "LayerNormChannelsFirst", "RMSNormNd", "NormLayer", "LayerNorm_fp32"),
        *("Normalizer", "BatchNormalization", "NormalizationOverMaps", "FrozenBatchNorm2dSync"),
    ],
)
def test_a_class_with_the_word_norm_in_its_name_has_no_weights(name: str) -> None:
    assert list(weights_of(named(name))) == []


@pytest.mark.parametrize(
    "name",
    [
        *("NormedHead", "Normal", "Enormous", "NormalizedMix"),
        *("PreNormAttention", "LayerNormMLP", "SpectralNormConv", "WeightNormLinear"),
        *("LayerNormLSTMCell", "PostNormBlock"),
    ],
)
def test_a_layer_that_norms_or_is_normed_has_weights(name: str) -> None:
    assert list(weights_of(named(name))) == ["weight"]


class Both(nn.Module):
    """A norm over maps and layers of one's own, as a network."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3, padding=1)
        self.norm = nn.LayerNorm((2, 4, 4))
        self.mix = Mix()
        self.output = nn.Linear(3, 2)

    def forward(self, inputs: Tensor) -> Tensor:
        maps = torch.relu(self.norm(self.conv(inputs)))
        outputs: Tensor = self.output(self.mix(maps.flatten(1)))
        return outputs


class Mix(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(32, 3))

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs @ self.kernel


NAMES = ["conv.weight", "mix.kernel", "output.weight"]
LAYERS = ["conv", "mix.kernel", "output"]


def test_everyone_asks_the_same_rule() -> None:
    networks = [Both(), Both()]
    inputs = torch.randn(4, 1, 4, 4)
    stacked = stack(networks, [0, 1], inputs)
    assert list(stacked_weights(stacked, networks[0], None)) == NAMES
    assert list(measured_weights(networks[0])) == LAYERS
    assert list(read_weights(networks[0]).values) == LAYERS
    assert [layer_of(name) for name in NAMES] == LAYERS
    for layer, name in zip(LAYERS, NAMES, strict=True):
        found = weight_in(layer, stacked.state_dict())
        assert found.shape == (2, *weights_of(networks[0])[name].shape)


def test_glorot_draws_weights_and_leaves_a_gain_over_maps() -> None:
    network = Both()
    with torch.no_grad():
        network.mix.kernel.fill_(7)
        network.norm.bias.fill_(2)
    glorot_uniform_(network)
    assert network.norm.weight.eq(1).all()
    assert network.norm.bias.eq(2).all()
    assert not network.get_parameter("conv.bias").any()
    bound = (6 / 35) ** 0.5
    assert 0.9 * bound < network.mix.kernel.abs().max() <= bound


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_programs_and_scripts_have_the_weights_of_what_they_are_made_of() -> None:
    network, inputs = Both().eval(), torch.randn(3, 1, 4, 4)
    program = torch.export.export(network, (inputs,))
    for module in (
        program.module(),
        program.run_decompositions().module(),
        torch.fx.symbolic_trace(network),
        torch.jit.script(network),
        torch.jit.trace(network, inputs),  # type: ignore[no-untyped-call]
    ):
        assert sorted(weights_of(module)) == NAMES, type(module)


def test_shared_weights_count_once_and_made_ones_apart() -> None:
    tied = nn.Sequential(nn.Embedding(4, 3), nn.Linear(3, 4))
    tied[1].weight = tied[0].weight
    assert list(weights_of(tied)) == ["0.weight"]
    normed = nn.Sequential(
        nn.utils.parametrizations.weight_norm(nn.Linear(3, 4)),
        nn.utils.parametrizations.spectral_norm(nn.Linear(4, 2)),
    )
    assert list(weights_of(normed)) == []
    assert list(made_weights(normed)) == ["0.weight", "1.weight"]
    with pytest.raises(
        ValueError, match=r"^0\.weight cannot be stacked: torch\.nn\.utils makes it"
    ):
        stack([normed], [0], torch.randn(2, 3))


def test_frozen_parameters_are_not_trained_in_silence() -> None:
    network = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    network[0].weight.requires_grad_(False)
    with pytest.raises(ValueError, match=r"^0\.weight cannot be stacked: it is frozen"):
        stack([network], [0], torch.randn(2, 3))


def test_networks_out_of_a_library() -> None:
    models = torchvision().models
    effnet = models.efficientnet_b0()
    wide = [name for name, tensor in effnet.named_parameters() if tensor.dim() > 1]
    assert list(weights_of(effnet)) == wide
    assert all(name.endswith(".weight") for name in weights_of(models.convnext_tiny()))
    swin = weights_of(models.swin_t())
    assert not any("norm" in name or "bias" in name for name in swin)
    assert "features.1.0.attn.qkv.weight" in swin

"""EfficientNet-B0 from scratch, as torchvision has it, and in a stack."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.engine.survey import seed_bytes
from regscope.models import KINDS
from regscope.models.convolutional.vision import torchvision
from regscope.models.efficientnet import EfficientNet
from regscope.models.initialization import initialized
from regscope.regularizers.batch_norm import BatchNorm
from regscope.regularizers.dropout import Dropout
from regscope.stacking.noise import StackedStochasticDepth
from regscope.study.params import Study
from tests import tiny

SETTINGS = EfficientNet()
SMALL = EfficientNet(input_size=33)
SHAPE = (3, 33, 33)


def pictures(count: int, side: int = 33) -> Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(0))


def network(settings: EfficientNet = SMALL, seed: int = 0) -> nn.Module:
    return initialized(settings, SHAPE, 5, seed).eval()


def as_torchvision_names(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.replace("output.", "classifier.1."): tensor for name, tensor in state.items()}


def test_it_computes_what_torchvisions_does() -> None:
    ours = network()
    theirs = torchvision().models.efficientnet_b0(weights=None, num_classes=5).eval()
    theirs.load_state_dict(as_torchvision_names(ours.state_dict()))
    mean, deviation = (
        torch.tensor(values).view(3, 1, 1)
        for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    )
    with torch.no_grad():
        expected = theirs((pictures(2) - mean) / deviation)
        torch.testing.assert_close(ours(pictures(2)), expected, rtol=1e-4, atol=1e-5)


def test_layers_are_all_that_own_kernels_or_matrices() -> None:
    model = network()
    owners = [
        name.removesuffix(".weight")
        for name, tensor in model.state_dict().items()
        if name.endswith(".weight") and tensor.ndim >= 2
    ]
    assert SETTINGS.layer_names() == tuple(owners)
    assert len(owners) == 82
    assert KINDS["efficientnet"] is EfficientNet


def test_a_flat_picture_is_the_same_at_every_size() -> None:
    model = network()
    flat = torch.full((1, 3, 1, 1), 0.3)
    with torch.no_grad():
        small, large = (model(flat.expand(1, 3, side, side)) for side in (20, 50))
    torch.testing.assert_close(small, large, rtol=1e-4, atol=1e-5)


def test_initialization_is_torchvisions_and_each_seeds_own() -> None:
    first, again, other = network(), network(), network(seed=1)
    for name, tensor in first.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name])
    kernel = first.get_parameter("features.8.0.weight").detach()
    assert not torch.equal(kernel, other.get_parameter("features.8.0.weight"))
    assert float(kernel.std()) == pytest.approx((2 / 1280) ** 0.5, rel=0.02)
    assert float(first.state_dict()["output.weight"].abs().max()) <= 5**-0.5
    glorot = network(EfficientNet(input_size=33, initialization="glorot_uniform"))
    bound = (6 / (320 + 1280)) ** 0.5
    largest = float(glorot.state_dict()["features.8.0.weight"].abs().max())
    assert 0.98 * bound < largest <= bound


def test_its_slot_is_the_pooled_features() -> None:
    model = network().train()
    BatchNorm().insert(model)
    Dropout(rate=0.3).insert(model)
    assert SETTINGS.slots() == {"norm": ("pooled",), "dropout": ("pooled",)}
    seen: dict[str, Tensor] = {}
    for name in ("pooled", "pooled_norm", "pooled_dropout", "own_masks"):
        model.get_submodule(name).register_forward_hook(
            lambda _, __, outputs, name=name: seen.update({name: outputs.detach()})
        )
    torch.manual_seed(0)
    model(pictures(4))
    assert {tuple(tensor.shape) for tensor in seen.values()} == {(4, 1280)}
    assert list(seen) == ["pooled", "pooled_norm", "pooled_dropout", "own_masks"]
    assert float(seen["pooled_norm"].mean(0).abs().max()) < 1e-4
    for name, share in (("pooled_dropout", 0.3), ("own_masks", 0.44)):
        # Five standard deviations of a mean of 4 * 1280.
        spread = 5 * (share * (1 - share) / 5120) ** 0.5
        assert float((seen[name] == 0).float().mean()) == pytest.approx(share, abs=spread)


def colours() -> Dataset:
    """Pictures whose class is their strongest colour."""
    stream = np.random.default_rng(0)
    inputs = stream.integers(0, 100, (14, 3, 20, 20), dtype=np.uint8)
    targets = np.arange(14) % 3
    inputs[np.arange(14), targets] += 150
    return Dataset("image", inputs, targets, ("red", "green", "blue"), 1 / 255, 8)


def study(cell: dict[str, Any] | None = None) -> Study:
    small = {"kind": "efficientnet", "input_size": 33}
    training = {"batch_size": 4, "epochs": 1}
    return tiny.study(
        cell, "adam", model=small, training=training, split={"train": 8, "validation": 2}
    )


def test_a_seed_computes_what_it_does_alone_with_draws_of_its_own() -> None:
    """In double precision: single precision's last digits grow in so many normalizations."""
    tried = study({"dropout": 0.2, "l2": 0.0001})
    logits, gradients = [], []
    for seeds in ([3, 7], [7]):
        model = tiny.trainer(tried, colours(), seeds).model.double().train()
        outputs = model(pictures(4).double().repeat(len(seeds), 1, 1, 1))
        outputs.square().sum().backward()
        logits.append(outputs.detach().chunk(len(seeds)))
        gradients.append([parameter.grad for parameter in model.parameters()])
        depths = [layer for layer in model.modules() if isinstance(layer, StackedStochasticDepth)]
        assert len(depths) == 16
    torch.testing.assert_close(logits[0][1], logits[1][0])
    assert not torch.allclose(logits[0][0], logits[0][1])
    for together, alone in zip(*gradients, strict=True):
        assert together is not None
        torch.testing.assert_close(together[1:], alone, rtol=1e-5, atol=1e-7)


def test_it_trains() -> None:
    trainer = tiny.trained(study(), colours(), [0])
    assert trainer.history.isfinite().all()
    start = network(SMALL).state_dict()
    for name in ("features.0.0.weight", "features.5.1.block.2.fc1.weight"):
        assert not torch.equal(trainer.model.state_dict()[name][0], start[name])


def test_its_memory_is_surveyed() -> None:
    tried = study()
    needed, surveyed = seed_bytes(tried, [], colours(), 2**40)
    weights = sum(parameter.nbytes for parameter in surveyed.parameters())
    assert needed > 5 * weights


@pytest.mark.parametrize("shape", [(1, 28, 28), (7,)])
def test_other_inputs_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(RegscopeError, match="needs pictures of three colours") as refused:
        SETTINGS.build(shape, 10)
    assert "\n" not in str(refused.value)


def test_pretrained_weights_have_torchvisions_initialization() -> None:
    settings = {"pretrained": True, "initialization": "glorot_uniform"}
    with pytest.raises(ValidationError) as refused:
        EfficientNet.model_validate(settings)
    assert one_line(refused.value, settings) == (
        "initialization = glorot_uniform: must be torch where pretrained"
    )


def same_tensors(one: nn.Module, other: nn.Module) -> bool:
    state = other.state_dict()
    return all(torch.equal(tensor, state[name]) for name, tensor in one.state_dict().items())


def test_pretrained_weights_are_all_but_the_outputs(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    donor = torchvision().models.efficientnet_b0(weights=None)
    name = EfficientNet.weights_file
    mirror = workspace / "mirror" / "torchvision"
    mirror.mkdir(parents=True)
    torch.save(donor.state_dict(), mirror / name)
    digest = hashlib.sha256((mirror / name).read_bytes()).hexdigest()
    monkeypatch.setattr(EfficientNet, "weights_sha256", digest)
    monkeypatch.setenv("REGSCOPE_MIRROR", str(mirror.parent))
    settings = EfficientNet(input_size=33, pretrained=True)
    model, scratch = network(settings), network()
    for key, tensor in donor.state_dict().items():
        if key.startswith("features."):
            assert torch.equal(model.state_dict()[key], tensor)
    assert torch.equal(model.state_dict()["output.weight"], scratch.state_dict()["output.weight"])
    # What has been altered since is not opened, but fetched anew.
    kept = workspace / ".regscope" / "pretrained" / name
    kept.write_bytes(b"another pickle")
    assert same_tensors(network(settings), model)
    (mirror / name).unlink()
    assert same_tensors(network(settings), model)
    kept.write_bytes(b"another pickle")
    with pytest.raises(RegscopeError, match="no such file"):
        network(settings)


def test_without_network_pretrained_weights_are_one_line(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGSCOPE_MIRROR", str(workspace / "nowhere"))
    with pytest.raises(RegscopeError) as refused:
        network(EfficientNet(pretrained=True))
    assert str(refused.value) == (
        f"{workspace}/nowhere/torchvision/{EfficientNet.weights_file}: no such file;"
        " REGSCOPE_MIRROR must be a directory or URL prefix that holds"
        f" torchvision/{EfficientNet.weights_file}"
    )

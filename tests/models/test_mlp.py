from __future__ import annotations

import pytest
import torch
from torch import nn

from regscope.models import KINDS
from regscope.models.mlp import MLP


def test_layers_and_slots_are_named_in_order() -> None:
    settings = MLP(hidden=(128, 64))
    assert settings.layer_names() == ("hidden1", "hidden2", "output")
    assert settings.slots() == {"norm": ("hidden1", "hidden2"), "dropout": ("hidden1", "hidden2")}
    assert KINDS["mlp"] is MLP


def test_the_published_network_has_its_parameters() -> None:
    model = MLP(hidden=(128, 64)).build((1, 28, 28), 10)
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    assert shapes == {
        "hidden1.weight": (128, 784),
        "hidden1.bias": (128,),
        "hidden2.weight": (64, 128),
        "hidden2.bias": (64,),
        "output.weight": (10, 64),
        "output.bias": (10,),
    }
    assert sum(tensor.numel() for tensor in model.parameters()) == 109_386


@pytest.mark.parametrize(
    ("activation", "function"),
    [
        ("relu", lambda values: values.clamp(min=0)),
        ("tanh", torch.tanh),
        ("gelu", lambda values: values * (1 + torch.erf(values / 2**0.5)) / 2),
    ],
)
def test_the_output_is_the_written_formula(activation: str, function: nn.Module) -> None:
    model = MLP.model_validate({"hidden": [5], "activation": activation}).build((1, 2, 2), 3)
    state = {name: tensor.double() for name, tensor in model.state_dict().items()}
    inputs = torch.randn(4, 1, 2, 2, generator=torch.Generator().manual_seed(0))
    hidden = function(
        inputs.flatten(1).double() @ state["hidden1.weight"].T + state["hidden1.bias"]
    )
    expected = hidden @ state["output.weight"].T + state["output.bias"]
    torch.testing.assert_close(model(inputs).double(), expected, rtol=1e-5, atol=1e-6)

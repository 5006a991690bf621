"""Going through a chain of layers by hand gives autograd's numbers, bit for bit."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from regscope.datasets import Dataset
from regscope.stacking.stack import stack
from regscope.training import loop
from regscope.training.passes import ByAutograd, ByHand, is_chain, make_passes
from tests import tiny
from tests.regularizers.settings import CELLS, REFERENCED

CPU = torch.device("cpu")
BY_HAND = [
    name
    for name in (*REFERENCED, "sam", "adversarial", "everything_else")
    if "batch_norm" not in CELLS[name]
]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("cell", BY_HAND)
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_by_hand_is_by_autograd(
    cell: str,
    optimizer: str,
    activation: str,
    digits: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = tiny.study(CELLS[cell], optimizer, model={"activation": activation})
    by_hand = tiny.trained(study, digits, [0, 3])
    assert isinstance(by_hand.passes, ByHand)
    monkeypatch.setattr(loop, "make_passes", ByAutograd)
    by_autograd = tiny.trained(study, digits, [0, 3])
    assert tiny.differences(by_hand.model.state_dict(), by_autograd.model.state_dict()) == {}
    assert torch.equal(by_hand.history, by_autograd.history)


def chain(*layers: nn.Module) -> nn.Module:
    plain = nn.Sequential(*layers)
    return stack([plain], [0], torch.ones(2, 3, 4))


def test_only_a_plain_chain_of_known_layers_goes_by_hand() -> None:
    known = (nn.Flatten(), nn.Linear(12, 5, bias=False), nn.Identity(), nn.ReLU(), nn.Linear(5, 2))
    assert is_chain(chain(*known))
    assert not is_chain(chain(*known[:2], nn.Softplus(), known[4]))
    assert not is_chain(chain(*known[:2], nn.BatchNorm1d(5), known[4]))
    assert not is_chain(chain(nn.Flatten()))
    assert not is_chain(chain(*known[:3], nn.ReLU(inplace=True), known[4]))
    hooked = chain(*known)
    hooked.register_forward_pre_hook(lambda _, inputs: inputs)
    assert not is_chain(hooked)
    model = chain(*known)
    assert isinstance(make_passes(model, "float32", CPU), ByHand)
    assert isinstance(make_passes(model, "bfloat16", CPU), ByAutograd)


def test_a_layer_used_twice_acts_twice() -> None:
    halving, linear = nn.Tanh(), nn.Linear(12, 12)
    plain = nn.Sequential(nn.Flatten(), linear, halving, nn.Linear(12, 12), halving)
    model = stack([plain], [0], torch.ones(2, 3, 4)).train()
    inputs = torch.randn(5, 3, 4, generator=torch.Generator().manual_seed(0))
    assert torch.equal(ByHand(model).forward(inputs), model(inputs))


@pytest.mark.parametrize("kind", [ByHand, ByAutograd])
def test_a_second_pass_replaces_the_first_ones_gradients(kind: type) -> None:
    model = chain(nn.Flatten(), nn.Linear(12, 2))
    passes = ByHand(model) if kind is ByHand else ByAutograd(model, "float32", CPU)
    inputs = torch.arange(24.0).view(2, 3, 4)
    for _ in range(2):
        logits = passes.forward(inputs)
        assert not logits.requires_grad
        passes.backward(torch.tensor([[1.0, 0.0], [0.0, 2.0]]))
    weight, bias = model.get_parameter("1.weight").grad, model.get_parameter("1.bias").grad
    assert weight is not None
    assert bias is not None
    assert torch.equal(weight[0], torch.stack([inputs[0].flatten(), 2 * inputs[1].flatten()]))
    assert bias.tolist() == [[1.0, 2.0]]

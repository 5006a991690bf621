from __future__ import annotations

import pytest
import torch
from torch import nn

from regscope.measures.robustness import BATCH, input_gradient_norm, word_gradient_norm
from regscope.models.rnn import RNN


def test_of_a_linear_model_it_is_known() -> None:
    """d loss / dx = W^T (p - y), y being one-hot; more examples than one batch holds."""
    draws = torch.Generator().manual_seed(0)
    examples = BATCH + 7
    inputs = torch.randn(examples, 6, generator=draws)
    labels = torch.randint(0, 4, (examples,), generator=draws)
    model = nn.Linear(6, 4)
    weight, bias = model.weight.detach().double(), model.bias.detach().double()
    probabilities = (inputs.double() @ weight.T + bias).softmax(1)
    gradients = (probabilities - nn.functional.one_hot(labels, 4)) @ weight
    expected = gradients.norm(dim=1).mean().item()
    assert input_gradient_norm(model, inputs, labels) == pytest.approx(expected, rel=1e-5)


def test_pictures_count_as_one_vector_each() -> None:
    """Of equal logits and weights of 1 in class 0, p - y = (-1/2, 1/2): the norm is 1/2 * 4**.5."""
    layer = nn.Linear(4, 2, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0] * 4, [0.0] * 4]))
    model = nn.Sequential(nn.Flatten(), layer)
    found = input_gradient_norm(model, torch.zeros(3, 1, 2, 2), torch.zeros(3, dtype=torch.long))
    assert found == pytest.approx(1)


def test_a_network_that_ignores_its_inputs_has_none() -> None:
    model = nn.Linear(3, 2)
    nn.init.zeros_(model.weight)
    assert input_gradient_norm(model, torch.ones(5, 3), torch.zeros(5, dtype=torch.long)) == 0


def test_nothing_is_left_behind() -> None:
    model, inputs = nn.Linear(3, 2), torch.ones(5, 3)
    input_gradient_norm(model, inputs, torch.zeros(5, dtype=torch.long))
    assert model.weight.grad is None
    assert not inputs.requires_grad


def test_of_words_it_is_that_of_each_embedding_alone() -> None:
    """Against finite differences of a sentence's summed loss, word by word."""
    torch.manual_seed(0)
    network = RNN(embedding=3, hidden=4).build((5, 9), 3).double().eval()
    words = torch.tensor([[2, 7, 2, 0, 0], [4, 8, 5, 1, 6], [3, 0, 0, 0, 0]], dtype=torch.int32)
    labels = torch.tensor([[0, 2, 1, -1, -1], [1, 1, 0, 2, 0], [2, -1, -1, -1, -1]])
    embedding = network.get_submodule("embedding")
    step, norms = 1e-5, []
    for row, place in (labels >= 0).nonzero().tolist():
        slopes = []
        for number in range(3):
            losses = []
            for sign in (1, -1):
                handle = embedding.register_forward_hook(
                    lambda _, __, found, place=place, number=number, sign=sign: (
                        found.clone().index_put_(
                            (torch.tensor(0), torch.tensor(place), torch.tensor(number)),
                            torch.tensor(sign * step).double(),
                            accumulate=True,
                        )
                    )
                )
                with torch.no_grad():
                    logits = network(words[row : row + 1])[0]
                handle.remove()
                there = labels[row] >= 0
                losses.append(
                    nn.functional.cross_entropy(
                        logits[there], labels[row][there], reduction="sum"
                    ).item()
                )
            slopes.append((losses[0] - losses[1]) / (2 * step))
        norms.append(sum(slope**2 for slope in slopes) ** 0.5)
    expected = sum(norms) / len(norms)
    assert word_gradient_norm(network, words, labels) == pytest.approx(expected, rel=1e-6)
    assert not embedding._forward_hooks
    assert all(parameter.grad is None for parameter in network.parameters())

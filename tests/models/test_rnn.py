from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import Tensor, nn

from regscope.base.complaints import one_line
from regscope.models.initialization import initialized
from regscope.models.normalization import keep_biased_variance
from regscope.models.rnn import RNN
from regscope.regularizers.batch_norm import BatchNorm
from regscope.stacking.stack import stack
from regscope.study.params import Study
from regscope.tasks.tagging import token_cross_entropy
from tests import sentences, tiny

SETTINGS = RNN(embedding=4, hidden=5)
PLACES, WORDS, CLASSES = 9, 11, 3


def network(seed: int = 0, **options: Any) -> nn.Module:
    settings = SETTINGS.model_copy(update=options)
    return initialized(settings, (PLACES, WORDS), CLASSES, seed).double()


def ids(*lengths: int, places: int = PLACES) -> Tensor:
    draws = torch.Generator().manual_seed(0)
    words = torch.randint(1, WORDS, (len(lengths), places), generator=draws, dtype=torch.int32)
    for row, length in enumerate(lengths):
        words[row, length:] = 0
    return words


def test_it_is_torchs_embedding_rnn_and_linear_layer() -> None:
    model, words = network(), ids(9, 9)
    state = model.state_dict()
    reference = nn.RNN(4, 5, batch_first=True).double()
    reference.load_state_dict(
        {
            "weight_ih_l0": state["input.weight"],
            "bias_ih_l0": state["input.bias"],
            "weight_hh_l0": state["recurrent.weight"],
            "bias_hh_l0": torch.zeros(5),
        }
    )
    states, _ = reference(state["embedding.weight"][words.long()])
    expected = nn.functional.linear(states, state["output.weight"], state["output.bias"])
    torch.testing.assert_close(model(words), expected)


@given(st.lists(st.integers(1, PLACES), min_size=1, max_size=4))
def test_neighbours_in_a_batch_and_padding_change_nothing(lengths: list[int]) -> None:
    """A sentence's logits alone and without padding are those in any batch; elsewhere are zeros."""
    model, words = network(), ids(*lengths)
    together = model(words)
    assert together.shape == (len(lengths), PLACES, CLASSES)
    for row, length in enumerate(lengths):
        alone = model(words[row : row + 1, :length])
        torch.testing.assert_close(together[row, :length], alone[0])
        assert not together[row, length:].any()


@pytest.mark.parametrize("normalized", [False, True])
def test_padding_changes_neither_loss_nor_gradients(normalized: bool) -> None:
    """With batch normalization too, whose statistics are of words only."""
    words = ids(3, 5)
    targets = torch.where(words > 0, words.long() % CLASSES, -1)
    results = []
    for places in (5, PLACES):
        model = network()
        if normalized:
            BatchNorm.model_validate(True).insert(model)
        model = model.double().train()
        logits = model(words[:, :places])
        losses, gradient = token_cross_entropy(logits.detach(), targets[:, :places], 1)
        logits.backward(gradient.to(logits.dtype))
        results.append({name: tensor.grad for name, tensor in model.named_parameters()})
        results[-1] |= {"losses": losses[:, :5], **dict(model.named_buffers())}
    for name, found in results[0].items():
        torch.testing.assert_close(found, results[1][name])


def test_by_kerass_conventions_its_running_variance_is_of_the_words_themselves() -> None:
    model, words = network(), ids(3, 9, 5)
    BatchNorm.model_validate({"momentum": 0.3}).insert(model)
    keep_biased_variance(model)
    model = model.double().train()
    seen: list[Tensor] = []
    model.get_submodule("input").register_forward_hook(
        lambda _, __, outputs: seen.append(outputs.detach())
    )
    model(words)
    arriving = seen.pop()[words != 0].numpy()
    norm = model.get_submodule("input_norm")
    np.testing.assert_allclose(norm.get_buffer("running_mean"), 0.3 * arriving.mean(0))
    np.testing.assert_allclose(norm.get_buffer("running_var"), 0.7 + 0.3 * arriving.var(0))


def test_a_batch_is_normalized_as_torch_normalizes_its_words() -> None:
    model, words = network(), ids(3, 9, 5)
    BatchNorm.model_validate({"momentum": 0.3}).insert(model)
    model = model.double().train()
    norm = model.get_submodule("input_norm")
    with torch.no_grad():
        norm.get_parameter("weight").copy_(torch.rand(5))
    reference = nn.BatchNorm1d(5, momentum=0.3).double()
    reference.load_state_dict(norm.state_dict())
    seen: list[Tensor] = []
    handle = model.get_submodule("input").register_forward_hook(
        lambda _, __, outputs: seen.append(outputs.detach())
    )
    for mode in (True, False):
        model.train(mode)
        reference.train(mode)
        found = model(words)
        arriving = seen.pop()
        there = words != 0
        expected = torch.zeros_like(arriving)
        expected[there] = reference(arriving[there])
        states = torch.zeros(3, 5).double()
        for step in range(PLACES):
            states = torch.tanh(
                expected[:, step] + states @ model.get_parameter("recurrent.weight").T
            )
            logits = model.get_submodule("output")(states)
            torch.testing.assert_close(found[:, step][there[:, step]], logits[there[:, step]])
    handle.remove()
    for name, buffer in reference.named_buffers():
        torch.testing.assert_close(norm.get_buffer(name), buffer)


@pytest.mark.parametrize("normalized", [False, True])
def test_a_stack_computes_what_its_networks_compute(normalized: bool) -> None:
    """In training mode, outputs and gradients, each seed with sentences of other lengths."""
    plain = [network(seed) for seed in range(3)]
    if normalized:
        for model in plain:
            BatchNorm.model_validate(True).insert(model)
            model.double()
    together = stack(plain, range(3), ids(9, 2)).train()
    words = ids(3, 5, 9, 1, 2, 2)
    outputs = together(words)
    weighting = torch.rand(outputs.shape, generator=torch.Generator().manual_seed(1)).double()
    (outputs * weighting).sum().backward()
    for seed, model in enumerate(plain):
        alone = model.train()(words.chunk(3)[seed])
        (alone * weighting.chunk(3)[seed]).sum().backward()
        torch.testing.assert_close(outputs.chunk(3)[seed], alone)
        for name, parameter in model.named_parameters():
            found = together.get_parameter(name).grad
            assert found is not None
            torch.testing.assert_close(found[seed], parameter.grad)
        for name, buffer in model.named_buffers():
            torch.testing.assert_close(together.get_buffer(name)[seed], buffer)


def test_without_a_word_there_is_nothing_to_say() -> None:
    assert torch.equal(network()(ids(0, 0)), torch.zeros(2, PLACES, CLASSES).double())


def test_keras_draws_each_layer_otherwise() -> None:
    settings = RNN(embedding=40, hidden=30)
    drawn = initialized(settings, (PLACES, 500), CLASSES, 0).state_dict()
    embedding, recurrent = drawn["embedding.weight"], drawn["recurrent.weight"]
    assert 0.0499 < embedding.abs().max() <= 0.05
    assert abs(float(embedding.std()) - 0.1 / 12**0.5) < 0.0005
    torch.testing.assert_close(recurrent @ recurrent.T, torch.eye(30), atol=1e-5, rtol=0)
    assert 0.27 < drawn["input.weight"].abs().max() <= (6 / 70) ** 0.5
    assert not drawn["input.bias"].any()
    again = initialized(settings, (PLACES, 500), CLASSES, 0).state_dict()
    other = initialized(settings, (PLACES, 500), CLASSES, 1).state_dict()
    for name, values in drawn.items():
        assert torch.equal(again[name], values)
        assert name.endswith("bias") or not torch.equal(other[name], values)


def test_torch_draws_as_torchs_layers_do() -> None:
    with torch.random.fork_rng():
        drawn = initialized(RNN(initialization="torch"), (PLACES, 500), 3, 0).state_dict()
    assert abs(float(drawn["embedding.weight"].std()) - 1) < 0.02
    assert 0.12 < drawn["recurrent.weight"].abs().max() <= 64**-0.5
    assert drawn["input.bias"].any()


MLP = {"kind": "mlp", "hidden": [4]}
CNN = {"kind": "cnn", "filters": [4]}
NLTK = {"source": "nltk", "corpora": ["treebank"]}
REFUSED = [
    (
        {"data": NLTK, "model": MLP},
        "model.kind = mlp: does not read what data.source nltk gives (tokens): choose from:"
        " module, rnn",
    ),
    (
        {"data": NLTK, "model": CNN},
        "model.kind = cnn: does not read what data.source nltk gives (tokens): choose from:"
        " module, rnn",
    ),
    (
        {"data": tiny.MOONS, "model": {"kind": "rnn"}},
        "model.kind = rnn: does not read what data.source moons gives (points): choose from:"
        " mlp, module",
    ),
    (
        {"data": tiny.MOONS, "model": CNN},
        "model.kind = cnn: does not read what data.source moons gives (points): choose from:"
        " mlp, module",
    ),
    (
        {"regularizers": {"none": {}, "tested": {"batch_norm": {"layers": ["recurrent"]}}}},
        "regularizers.tested.batch_norm.layers = recurrent: choose from: input",
    ),
    (
        {"regularizers": {"none": {}, "tested": {"dropout": {"rate": 0.1, "layers": ["input"]}}}},
        "regularizers.tested.dropout.layers = input: choose from: embedding, recurrent",
    ),
    (
        {"regularizers": {"none": {}, "tested": {"l2": {"strength": 1, "layers": ["conv1"]}}}},
        "regularizers.tested.l2.layers = conv1: choose from: embedding, input, recurrent, output",
    ),
]


@pytest.mark.parametrize(("changed", "line"), REFUSED)
def test_what_does_not_fit_is_refused_in_one_line(changed: dict[str, Any], line: str) -> None:
    written = sentences.study().model_dump(mode="json", exclude_none=True) | changed
    if changed.get("data", NLTK) is not NLTK:
        written["split"] = {"train": 50, "validation": 10}
    with pytest.raises(ValidationError) as refused:
        Study.model_validate(written)
    assert one_line(refused.value, written) == line

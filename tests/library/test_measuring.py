from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, prune
from torch.utils.data import DataLoader, TensorDataset

import regscope
from regscope.datasets import Dataset
from regscope.study.networks import load_networks
from tests import tiny
from tests.evaluation.trained import FEW, evaluated, held_out, inputs_of, with_evaluation

RENAMED = {"test_accuracy": "accuracy", "test_loss": "loss"}
# Of training data, its history or corrupted pictures.
NOT_OF_A_MODEL = {
    "seed", "train_accuracy", "train_loss", "generalization_gap", "loss_gap",
    "corruption_accuracy", "corruption_drop", "input_gradient_norm", "epochs_to_training_loss",
    "training_loss_area", "test_loss_rise", "best_epoch_accuracy", "test_accuracy_fall",
    "filter_total_variation",
}  # fmt: skip


@pytest.mark.parametrize("model", [None, tiny.CONVOLUTIONAL], ids=["mlp", "cnn"])
def test_the_numbers_are_those_of_the_pipeline(
    model: tiny.Values | None, digits: Dataset, tmp_path: Path
) -> None:
    cell = {"l1_prox": 0.01, "batch_norm": True, "dropout": 0.2}
    study = with_evaluation(tiny.study(cell, model=model), examples=FEW)
    _, result = evaluated(study, digits, tmp_path)
    network = load_networks(study, "tested", tmp_path, digits)[1]
    inputs, labels = inputs_of(digits, held_out(study, digits, 1))
    batches = zip(torch.split(inputs, 300), torch.split(labels, 300), strict=True)
    found = regscope.measure(network, batches, examples=FEW)
    expected = {
        RENAMED.get(name, name): value
        for name, value in result.measures[1].items()
        if name not in NOT_OF_A_MODEL
    }
    assert found.measures.pop("examples") == len(labels)
    assert found.measures == pytest.approx(expected, rel=1e-5, abs=1e-7)
    layers = pd.DataFrame([row for row in result.layers if row["seed"] == 1])
    pd.testing.assert_frame_equal(
        found.layers, layers.drop(columns=["seed", "total_variation"]).reset_index(drop=True)
    )
    curve = [row for row in result.pruning if row["seed"] == 1 and row["scope"] == "all"]
    assert found.pruning["accuracy"].tolist() == pytest.approx([row["accuracy"] for row in curve])
    units = [row for row in result.units if row["seed"] == 1]
    assert found.units["layer"].tolist() == [f"{row['layer']}_activation" for row in units]
    assert found.units["correlation"].tolist() == pytest.approx(
        [row["correlation"] for row in units]
    )
    assert np.array_equal(found.confusion, result.arrays["confusion"][1])
    assert found.unmeasured == {}


class Odd(nn.Module):
    """Two matrices of its own, one of them an attribute; a module used twice, in place."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Parameter(torch.tensor([[1.0, 0.0], [0.0, -2.0]]))
        self.act = nn.ReLU(inplace=True)
        self.drop = nn.Dropout(0.5)
        self.shift = nn.Parameter(torch.zeros(2))
        self.last = nn.Linear(2, 2, bias=False)
        self.last.weight = nn.Parameter(torch.eye(2))

    def forward(self, inputs: Tensor) -> Tensor:
        hidden = self.act(inputs @ self.first.T)
        hidden = self.act(hidden + self.shift - 1)
        logits: Tensor = self.last(self.drop(hidden))
        return logits


INPUTS = torch.tensor([[3.0, 0.0], [0.0, -3.0], [2.0, 0.0], [0.0, 5.0]])
LABELS = torch.tensor([0, 1, 1, 0])
# Of Odd: relu(relu([x, -2y]) - 1).
LOGITS = np.array([[2.0, 0], [0, 5], [1, 0], [0, 0]])


def test_a_model_of_ones_own_by_hand() -> None:
    found = regscope.measure(Odd(), [(INPUTS, LABELS)])
    assert found.measures["accuracy"] == 0.75
    probabilities = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)
    right = probabilities[range(4), LABELS]
    assert found.measures["loss"] == pytest.approx(-np.log(right).mean())
    assert found.measures["brier_score"] == pytest.approx(2 * ((1 - right) ** 2).mean())
    assert found.confusion.tolist() == [[2, 0], [1, 1]]
    # Of 1, 0, 0, -2 and 1, 0, 0, 1.
    assert found.measures["zero_fraction"] == 0.5
    assert found.measures["weight_l1_norm"] == 5
    assert found.layers["layer"].tolist() == ["first", "last"]
    assert found.units["layer"].tolist() == ["act", "act (2)"]
    assert found.units["mean_activation"].tolist() == pytest.approx([11 / 8, 8 / 8])
    assert found.pruning["fraction"].tolist()[0] == 0
    # With all weights gone every logit is 0, and the first class is said.
    assert found.pruning["accuracy"].tolist()[-1] == 0.5
    assert found.unmeasured == {}


def test_the_model_is_left_as_it_was() -> None:
    model = Odd().train()
    model.drop.eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    loader = DataLoader(TensorDataset(INPUTS, LABELS), batch_size=3, shuffle=True)
    random = torch.random.get_rng_state()
    threads = torch.get_num_threads()
    first = regscope.measure(model, loader)
    assert torch.equal(torch.random.get_rng_state(), random)
    assert [model.training, model.act.training, model.drop.training] == [True, True, False]
    assert tiny.differences(model.state_dict(), before) == {}
    assert not any(module._forward_hooks for module in model.modules())
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert torch.is_grad_enabled()
    assert torch.get_num_threads() == threads
    assert regscope.measure(model, loader).measures == first.measures


def test_it_is_left_as_it_was_also_where_measuring_fails() -> None:
    model = Odd().train()

    def broken() -> Any:
        yield INPUTS, LABELS
        raise KeyError("gone")

    random = torch.random.get_rng_state()
    with pytest.raises(KeyError, match="gone"):
        regscope.measure(model, broken())
    assert model.training
    assert torch.equal(torch.random.get_rng_state(), random)


def test_all_examples_count_and_few_are_passed_again() -> None:
    sizes: list[int] = []
    model = Odd()
    model.last.register_forward_hook(lambda _, seen, __: sizes.append(len(seen[0])))
    batches = [(INPUTS, LABELS), (INPUTS, LABELS), (INPUTS, LABELS)]
    assert regscope.measure(model, batches, examples=5).measures["examples"] == 12
    assert sizes[:3] == [4, 4, 4]
    assert set(zip(sizes[3::2], sizes[4::2], strict=True)) == {(4, 1)}


def test_probabilities_are_told_from_logits() -> None:
    softmax = nn.Sequential(Odd(), nn.Softmax(1))
    expected = regscope.measure(Odd(), [(INPUTS, LABELS)])
    found = regscope.measure(softmax, [(INPUTS, LABELS)], outputs="probabilities")
    assert found.measures == pytest.approx(expected.measures, rel=1e-5)
    with pytest.raises(regscope.RegscopeError, match=r"^outputs = logits: the model gives prob"):
        regscope.measure(softmax, [(INPUTS, LABELS)])
    with pytest.raises(regscope.RegscopeError, match=r"does not sum to one$"):
        regscope.measure(Odd(), [(INPUTS, LABELS)], outputs="probabilities")


def test_a_pruned_layer_counts_as_its_mask_leaves_it() -> None:
    model = Odd()
    prune.l1_unstructured(model.last, "weight", amount=3)  # type: ignore[no-untyped-call]
    found = regscope.measure(model, [(INPUTS, LABELS)])
    by_layer = found.layers.set_index("layer")["zero_fraction"]
    assert by_layer["last"] == 0.75
    assert list(found.unmeasured) == ["pruning of last"]
    assert (
        "a mask, norm or parametrization of torch.nn.utils" in found.unmeasured["pruning of last"]
    )
    prune.remove(model.last, "weight")  # type: ignore[no-untyped-call]
    assert regscope.measure(model, [(INPUTS, LABELS)]).unmeasured == {}


def test_a_parametrized_layer_counts_as_it_is_used() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2))
    parametrizations.weight_norm(model[0])
    model[0].weight = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    found = regscope.measure(model, [(INPUTS, LABELS)])
    assert found.layers["layer"].tolist() == ["2", "0"]
    assert found.layers["l1_norm"].iloc[1] == pytest.approx(10)
    assert list(found.unmeasured) == ["pruning of 0"]


@pytest.mark.filterwarnings("ignore:.*weight_norm.* is deprecated")
def test_a_normed_layer_counts_as_it_is_used() -> None:
    """As torch did it before there were parametrizations: of `weight_g` and `weight_v`."""
    first, second = nn.Linear(2, 2), nn.Linear(2, 2)
    model = nn.Sequential(first, nn.Tanh(), second, nn.Tanh(), nn.Linear(2, 2))
    first.weight = nn.Parameter(torch.tensor([[6.0, 8.0], [0.0, 2.0]]))
    nn.utils.weight_norm(first)
    second.weight = nn.Parameter(torch.tensor([[4.0, 0.0], [0.0, 2.0]]))
    nn.utils.spectral_norm(second, n_power_iterations=50)
    model(INPUTS)
    found = regscope.measure(model, [(INPUTS, LABELS)])
    assert found.layers["layer"].tolist() == ["4", "0", "2"]
    # The second over its largest singular value, 4.
    assert found.layers["l1_norm"].tolist()[1:] == pytest.approx([16, 1.5])
    assert list(found.unmeasured) == ["pruning of 0", "pruning of 2"]


class Plain(nn.Module):
    """Names that look like a norm's, and are not."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = 1.0
        self.scale_g = nn.Parameter(torch.eye(2))
        self.kernel_v = nn.Parameter(torch.eye(2))

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs @ self.scale_g @ self.kernel_v * self.scale


def test_a_name_alone_makes_no_norm() -> None:
    found = regscope.measure(Plain(), [(INPUTS, LABELS)])
    assert found.layers["layer"].tolist() == ["scale_g", "kernel_v"]
    assert list(found.unmeasured) == ["units"]


def test_units_that_differ_from_batch_to_batch_are_said() -> None:
    class Ragged(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.act, self.last = nn.ReLU(), nn.Linear(2, 2)

        def forward(self, inputs: Tensor) -> Tensor:
            hidden = self.act(inputs)
            logits: Tensor = self.last(hidden[:, :2])
            return logits

    wide = torch.cat([INPUTS, INPUTS], 1)
    found = regscope.measure(Ragged(), [(INPUTS, LABELS), (wide, LABELS)])
    assert found.unmeasured["units of act"] == "not as many in every batch: 2, 4"


def test_what_cannot_be_measured_is_said() -> None:
    class Nothing(nn.Module):
        def forward(self, inputs: Tensor) -> Tensor:
            return torch.relu(inputs)

    found = regscope.measure(Nothing(), [(INPUTS, LABELS)])
    assert found.measures["accuracy"] == 0.25
    assert set(found.unmeasured) == {"weights", "pruning", "units"}
    assert (len(found.layers), len(found.pruning), len(found.units)) == (0, 0, 0)
    series = nn.Sequential(nn.Conv1d(1, 3, 2), nn.ReLU(), nn.Flatten(), nn.Linear(3, 2))
    unmeasured = regscope.measure(series, [(INPUTS[:, None], LABELS)]).unmeasured
    assert set(unmeasured) == {"units of 1", "units"}
    assert unmeasured["units"].endswith("activation modules can be read: see `units of 1`")


def test_sentences_count_by_their_words() -> None:
    tagger = nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    words = torch.tensor([[1, 2, 0], [3, 0, 0]])
    labels = torch.tensor([[0, 1, -1], [1, -1, -1]])
    found = regscope.measure(tagger, [(words, labels), (words[:, :2], labels[:, :2])])
    assert found.measures["examples"] == 6
    with torch.no_grad():
        hits = (tagger(words).argmax(2) == labels)[labels >= 0]
    assert found.measures["accuracy"] == pytest.approx(hits.double().mean().item())
    with torch.no_grad():
        units = tagger[:3](words)[labels >= 0]
    assert found.units["mean_activation"].tolist() == pytest.approx([units.mean().item()])


class Tagger(nn.Module):
    """Logits of three classes for every word, in torch's layout or the one asked for."""

    def __init__(self, turned: bool) -> None:
        super().__init__()
        self.table, self.turned = nn.Embedding(5, 3), turned

    def forward(self, words: Tensor) -> Tensor:
        logits: Tensor = self.table(words)
        return logits.transpose(1, 2) if self.turned else logits


@pytest.mark.parametrize("turned", [False, True])
def test_as_many_words_as_classes_are_told_apart_or_refused(turned: bool) -> None:
    words = torch.tensor([[1, 2, 3], [3, 4, 1]])
    labels = torch.tensor([[0, 1, 2], [1, 2, 0]])
    tagger = Tagger(turned)
    told = r"^sentences of 3 words and 3 classes: .* pad one batch by a word \(label -1\), or end"
    with pytest.raises(regscope.RegscopeError, match=told) as refused:
        regscope.measure(tagger, [(words, labels)])
    assert len(str(refused.value)) < 300
    padded = nn.functional.pad(words, (0, 1)), nn.functional.pad(labels, (0, 1), value=-1)
    if turned:
        with pytest.raises(regscope.RegscopeError, match=r"gives float32 of shape \[2, 3, 4\]"):
            regscope.measure(tagger, [(words, labels), padded])
        return
    hits = tagger(words).argmax(2) == labels
    probabilities = nn.Sequential(tagger, nn.Softmax(-1))
    for found in (
        regscope.measure(tagger, [(words, labels), padded]),
        regscope.measure(probabilities, [(words, labels)], outputs="probabilities"),
    ):
        assert found.measures["accuracy"] == pytest.approx(hits.double().mean().item())


def test_as_a_dict_it_is_json() -> None:
    found = regscope.measure(Odd(), [(INPUTS, LABELS)])
    read = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert read["measures"]["accuracy"] == 0.75
    assert [row["layer"] for row in read["layers"]] == ["first", "last"]
    assert read["confusion"] == [[2, 0], [1, 1]]


def test_what_is_not_a_number_is_none_in_json() -> None:
    """Of one hidden unit there is no correlation."""
    narrow = nn.Sequential(nn.Linear(2, 1), nn.ReLU(), nn.Linear(1, 2))
    found = regscope.measure(narrow, [(INPUTS, LABELS)])
    assert math.isnan(found.measures["unit_correlation"])
    read = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert read["measures"]["unit_correlation"] is read["units"][0]["correlation"] is None


PAIR = (INPUTS, LABELS)


@pytest.mark.parametrize(
    ("model", "loader", "told"),
    [
        (Odd(), [], "the loader gives no examples"),
        (Odd(), [(INPUTS[:0], LABELS[:0])], "the loader gives no examples"),
        (Odd(), [INPUTS], "batch 0 of the loader: must be a pair .* not float32 of shape"),
        (Odd(), [PAIR, {"x": INPUTS}], "batch 1 of the loader: must be a pair .* not a dict"),
        (Odd(), [(INPUTS, LABELS.float())], "batch 0 .*: labels must be whole numbers, .* float32"),
        (Odd(), [(INPUTS, LABELS + 1)], "batch 0 .*: label 2, and the model tells classes 0 to 1"),
        (Odd(), [(INPUTS, LABELS - 1)], "batch 0 .*: label -1, and the model"),
        (Odd(), [(INPUTS, LABELS[:3])], r"batch 0 .*: for labels of shape \[3\] the model gives"),
        (nn.Linear(2, 1), [PAIR], r".* gives float32 of shape \[4, 1\]; a classifier gives one"),
        (nn.LSTM(2, 2), [PAIR], ".* gives a tuple of 2; a classifier gives one number a class"),
    ],
)
def test_what_is_wrong_is_one_line(model: nn.Module, loader: Any, told: str) -> None:
    with pytest.raises(regscope.RegscopeError, match=f"^{told}") as error:
        regscope.measure(model, loader)
    assert "\n" not in str(error.value)


class Giving(nn.Module):
    """Logits that are given beforehand."""

    def __init__(self, logits: list[list[float]]) -> None:
        super().__init__()
        self.logits = torch.tensor(logits)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.logits[: len(inputs)]


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_a_network_that_diverged_has_no_accuracy(wrong: float) -> None:
    giving = Giving([[0.0, 1.0], [wrong, 0.0], [0.0, wrong], [0.0, 1.0]])
    told = rf"^batch 1 of the loader: the model gives {wrong} for 2 of 4: its training has diverged"
    with pytest.raises(regscope.RegscopeError, match=told):
        regscope.measure(giving, [(INPUTS[:1], LABELS[:1]), PAIR])


def test_a_class_that_cannot_be_is_no_divergence() -> None:
    giving = Giving([[0.0, -math.inf], [-math.inf, 0.0], [-math.inf, 0.0], [0.0, 1.0]])
    found = regscope.measure(giving, [PAIR])
    assert found.measures["accuracy"] == 0.75


def test_options_are_checked() -> None:
    with pytest.raises(regscope.RegscopeError, match=r"^examples = 0: must be at least 1$"):
        regscope.measure(Odd(), [PAIR], examples=0)
    told = r"^examples = 2\.5: must be a whole number of at least 1$"
    with pytest.raises(regscope.RegscopeError, match=told):
        regscope.measure(Odd(), [PAIR], examples=2.5)  # type: ignore[arg-type]
    for loader in (None, 3):
        told = rf"^loader = {loader}: must give batches of \(inputs, labels\)"
        with pytest.raises(regscope.RegscopeError, match=told):
            regscope.measure(Odd(), loader)  # type: ignore[arg-type]
    with pytest.raises(regscope.RegscopeError, match=r"^outputs = odds: choose from: logits, prob"):
        regscope.measure(Odd(), [PAIR], outputs="odds")  # type: ignore[arg-type]


def test_inputs_that_the_model_refuses_are_named() -> None:
    told = r"^batch 0 of the loader: the model refuses inputs float32 of shape \[4, 1, 8, 8\]: mat1"
    with pytest.raises(regscope.RegscopeError, match=told):
        regscope.measure(nn.Linear(64, 3), [(torch.zeros(4, 1, 8, 8), torch.zeros(4).long())])


def test_inputs_that_are_no_numbers_are_not_the_networks_fault() -> None:
    inputs = torch.ones(6, 4)
    inputs[2, 3] = torch.nan
    loader = DataLoader(TensorDataset(inputs, torch.arange(6) % 2), batch_size=6)
    with pytest.raises(regscope.RegscopeError) as refused:
        regscope.measure(nn.Linear(4, 2), loader)
    assert str(refused.value) == (
        "batch 0 of the loader: inputs are nan at column 3 (from 0) in one of 6 examples or more:"
        " must be finite"
    )

"""The network that reads tables: what its first layer makes of columns, and what it learns from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional

from regscope.datasets import Dataset
from regscope.datasets.base import Column
from regscope.models.dense.columns import ColumnEmbedding, Layout
from regscope.models.tabular import Tabular
from regscope.models.weights import weights_of
from regscope.stacking.stack import stack
from regscope.study.params import Study
from regscope.training.found import check_found
from regscope.training.passes import ByAutograd, ByHand, make_passes
from tests import tiny
from tests.own import tables
from tests.regularizers.settings import of_data

MODEL = {"kind": "tabular", "hidden": [16, 8], "embedding": 4}
COLUMNS = (0, -1, 3, -1, 2)
"""Numbers, numbers with gaps, three categories, numbers with gaps, two categories."""

GAP = float("nan")
TRAIN = np.array(
    [
        [1, 10, 0, 4, 1],
        [2, GAP, 1, 4, 0],
        [3, 30, 0, GAP, 1],
        [6, 50, GAP, 5, 1],
    ],
    np.float32,
)


def fitted(columns: tuple[int, ...] = COLUMNS, rows: np.ndarray = TRAIN) -> ColumnEmbedding:
    torch.manual_seed(0)
    layer = ColumnEmbedding(columns, 4)
    layer.fit(rows)
    return layer


def columns_of(network: nn.Module) -> ColumnEmbedding:
    layer = network.get_submodule("embedding")
    assert isinstance(layer, ColumnEmbedding)
    return layer


def test_columns_by_hand() -> None:
    layer = fitted()
    assert layer.layout == Layout((0, 1, 3), (1, 2), (2, 4), (0, 5), 9)
    seen = layer(torch.tensor([[5.0, GAP, 1, 4, -1]]))
    # 1, 2, 3 and 6: mean 3, deviation sqrt(3.5). 10, 30 (the median), 30 and 50: mean 30. 4, 4, 4
    # (the median) and 5: mean 4.25.
    np.testing.assert_allclose(seen[0, :2].detach(), [2 / np.sqrt(3.5), 0], rtol=1e-6)
    np.testing.assert_allclose(seen[0, 2].item(), -0.25 / np.sqrt(3 / 16), rtol=1e-6)
    np.testing.assert_array_equal(seen[0, 3:5].detach(), [1, 0])
    # The second category of the first such column, behind the unknown and the missing one; an
    # unknown one of the second column is zeros.
    assert torch.equal(seen[0, 5:9], layer.weight[3])
    assert torch.equal(seen[0, 9:], torch.zeros(4))
    assert seen.shape == (1, layer.layout.width(4)) == (1, 13)


def test_numbers_are_those_of_scikit_learn() -> None:
    stream = np.random.default_rng(0)
    train, test = (stream.normal(5, 3, (size, 4)).astype(np.float32) for size in (50, 20))
    for part in (train, test):
        part[stream.random(part.shape) < 0.2] = np.nan
    layer = fitted((-1, -1, -1, -1), train)
    imputer = SimpleImputer(strategy="median", add_indicator=True).fit(train)
    scaler = StandardScaler().fit(imputer.transform(train)[:, :4])
    filled = imputer.transform(test)
    expected = np.column_stack([scaler.transform(filled[:, :4]), filled[:, 4:]])
    np.testing.assert_allclose(layer(torch.from_numpy(test)).detach(), expected, atol=1e-5)


def test_what_did_not_train_is_unknown() -> None:
    layer = fitted()
    never = layer(torch.tensor([[0.0, 0, 2, 0, GAP]]))
    assert not never[0, 5:].any()
    assert layer.known.tolist() == [False, True, True, True, False, False, False, True, True]


@pytest.mark.parametrize("value", [7.0, GAP])
def test_a_column_that_tells_nothing_is_0(value: float) -> None:
    rows = np.full((4, 1), value, np.float32)
    assert not fitted((-1,), rows)(torch.from_numpy(rows))[:, 0].any()


def test_its_weights_are_those_of_categories() -> None:
    plain = Tabular(hidden=(8,), embedding=4).build(COLUMNS, 2)
    assert list(weights_of(plain)) == ["embedding.weight", "hidden1.weight", "output.weight"]
    without = Tabular(hidden=(8,), embedding=0).build((0, -1), 2)
    assert list(weights_of(without)) == ["hidden1.weight", "output.weight"]


def test_a_stack_gives_every_network_its_own_and_autograd_agrees() -> None:
    """By hand as by autograd, bit for bit, and each network as it is alone."""
    plain = []
    for seed in range(3):
        torch.manual_seed(seed)
        network = Tabular(hidden=(8,), embedding=4).build(COLUMNS, 2)
        columns_of(network).fit(TRAIN[[seed, 3]])
        plain.append(network)
    rows = torch.from_numpy(TRAIN)
    stacked = stack(plain, [0, 1, 2], rows)
    by_hand = make_passes(stacked, "float32", torch.device("cpu"))
    assert isinstance(by_hand, ByHand)
    inputs, found = rows.repeat(3, 1), {}
    for passes in (by_hand, ByAutograd(stacked, "float32", torch.device("cpu"))):
        logits = passes.forward(inputs)
        passes.backward(logits.clone())
        found[type(passes)] = {
            name: parameter.grad.clone()
            for name, parameter in stacked.named_parameters()
            if parameter.grad is not None
        }
    assert (
        found[ByHand].keys() == found[ByAutograd].keys() == dict(stacked.named_parameters()).keys()
    )
    for name, gradient in found[ByHand].items():
        assert gradient.equal(found[ByAutograd][name]), name
    for seed, network in enumerate(plain):
        own = network(rows)
        functional.mse_loss(own, torch.zeros_like(own), reduction="sum").div(2).backward()  # type: ignore[no-untyped-call]
        torch.testing.assert_close(
            found[ByHand]["embedding.weight"][seed], columns_of(network).weight.grad
        )


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    brought = tables.brought(folder=tmp_path_factory.mktemp("own"))
    return brought.model_dump()


def study(source: dict[str, Any], cell: dict[str, Any] | None = None, **more: Any) -> Study:
    split = {"train": 120, "validation": 20}
    residual = {"hidden": [8, 8], "residual": True} if "stochastic_depth" in (cell or {}) else {}
    return tiny.study(cell, "adam", data=source, model={**MODEL, **residual}, split=split, **more)


def dataset_of(tried: Study) -> Dataset:
    return tried.data.prepare(Path())


CELLS = of_data("table")


@pytest.mark.parametrize("cell", CELLS)
def test_every_method_trains_it_alike_alone_and_among_others(
    cell: str, source: dict[str, Any]
) -> None:
    tried = study(source, CELLS[cell])
    dataset = dataset_of(tried)
    together = tiny.trained(tried, dataset, [0, 1, 2])
    alone = tiny.trained(tried, dataset, [1])
    for name, tensor in alone.model.state_dict().items():
        assert tensor[0].equal(together.model.state_dict()[name][1]), name
    assert (together.history[0, :, -1] < together.history[0, :, 0]).all()


@pytest.mark.parametrize("columns", [(0, 0), (0, -1), (3, 2)])
def test_tables_of_one_kind_of_columns_train(columns: tuple[int, ...], source: Any) -> None:
    """Numbers alone, with and without gaps, or categories alone."""
    stream = np.random.default_rng(0)
    held = [stream.integers(0, kind if kind > 0 else 9, 200) for kind in columns]
    rows = np.column_stack(held).astype(np.float32)
    rows[::7, [kind == -1 for kind in columns]] = np.nan
    kinds = tuple(
        Column(str(place), tuple("abc"[: max(kind, 0)]), kind == -1)
        for place, kind in enumerate(columns)
    )
    targets = (held[0] > held[0].mean()).astype(np.int64)
    dataset = Dataset("table", rows, targets, ("no", "yes"), columns=kinds)
    model = Tabular(hidden=(8,), embedding=4 if columns[0] > 0 else 0)
    tried = study(source).model_copy(update={"model": model})
    together = tiny.trained(tried, dataset, [0, 1])
    assert isinstance(together.passes, ByHand)
    assert (together.history[0, :, -1] < together.history[0, :, 0]).all()


def test_held_out_rows_reach_no_training(source: dict[str, Any]) -> None:
    """Values planted there, huge ones and gaps, change no bit of what is trained."""
    tried = study(source, {"l2": 0.001})
    dataset = dataset_of(tried)
    split = dataset.split(tried.split, 0)
    planted = dataset.inputs.copy()
    planted[split.holdout, 0] = np.where(np.arange(len(split.holdout)) % 2, 1e12, np.nan)
    planted[split.holdout, 1] = np.nan
    planted[split.holdout, 2] = -1e6
    first = tiny.trained(tried, dataset, [0]).model.state_dict()
    second = tiny.trained(tried, replace(dataset, inputs=planted), [0]).model.state_dict()
    assert tiny.differences(first, second) == {}


def test_preparation_fitted_on_other_rows_would_be_caught(source: dict[str, Any]) -> None:
    """The test above, made to fail: what is fitted to all rows changes with those held out."""
    tried = study(source)
    dataset = dataset_of(tried)
    layers = []
    for rows in (dataset.inputs, dataset.inputs[dataset.split(tried.split, 0).train]):
        layer = ColumnEmbedding(dataset.input_shape, 4)
        layer.fit(rows)
        layers.append(layer)
    assert not layers[0].mean.equal(layers[1].mean)
    trained = tiny.trained(tried, dataset, [0]).model.state_dict()
    assert trained["embedding.mean"][0].equal(layers[1].mean)


def test_going_on_from_a_checkpoint_changes_nothing(source: dict[str, Any]) -> None:
    tried = study(source, {"dropout": 0.3})
    dataset = dataset_of(tried)
    whole = tiny.trained(tried, dataset, [0, 1])
    begun = tiny.trainer(tried, dataset, [0, 1])
    stopped = {}

    def keep(trainer: Any) -> None:
        if trainer.epoch == 1:
            stopped["at"] = trainer.state()
            raise InterruptedError

    with pytest.raises(InterruptedError):
        begun.run(keep)
    again = tiny.trainer(tried, dataset, [0, 1])
    again.resume(stopped["at"])
    again.run()
    assert tiny.differences(whole.model.state_dict(), again.model.state_dict()) == {}


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ({**MODEL, "embedding": 0}, "at least 1: columns are categories: city"),
        ({"kind": "mlp", "hidden": [8]}, "does not read what data.source table gives (table)"),
    ],
)
def test_a_network_that_does_not_read_the_columns_is_refused(
    model: dict[str, Any], told: str, source: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refused:
        tiny.study(data=source, model=model, split={"train": 120, "validation": 20})
    assert told in str(refused.value)


def test_a_data_set_of_columns_comes_back_from_disk(tmp_path: Path) -> None:
    columns = (Column("a", gaps=True), Column("b", ("x", "y")))
    rows = np.array([[GAP, 0], [1, GAP], [2, -1]], np.float32)
    dataset = Dataset("table", rows, np.array([0, 1, 1]), ("n", "p"), columns=columns)
    dataset.save(tmp_path)
    again = Dataset.load(tmp_path)
    assert again.columns == columns
    assert again.input_shape == (-1, 2)
    np.testing.assert_array_equal(again.inputs, rows)
    assert json.loads((tmp_path / "dataset.json").read_text())["kind"] == "table"


NET = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, input_shape, classes, width=8):
        super().__init__()
        (self.columns,) = input_shape
        self.hidden = nn.Linear(self.columns, width)
        self.hidden_dropout = nn.Identity()
        self.output = nn.Linear(width, classes)

    def forward(self, seen):
        return self.output(self.hidden_dropout(torch.relu(self.hidden(seen))))
"""


def test_a_module_of_ones_own_is_given_what_columns_become(
    source: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my_nets.py").write_text(NET)
    model = {"kind": "module", "path": "my_nets.py:Net", "embedding": 4}
    split = {"train": 120, "validation": 20}
    tried = tiny.study({"dropout": 0.2}, "adam", data=source, model=model, split=split)
    dataset = dataset_of(tried)
    # The first rows are tried out: with a gap of either kind among them.
    first = dataset.inputs.copy()
    first[1, 0] = first[2, 1] = np.nan
    dataset = replace(dataset, inputs=first)
    check_found(tried, ["none", "tested"], dataset)
    together = tiny.trained(tried, dataset, [0, 1])
    state = together.model.state_dict()
    assert {"embedding.weight", "embedding.mean", "network.hidden.weight"} <= set(state)
    assert state["network.hidden.weight"].shape == (2, 8, 1 + 1 + 1 + 4)
    alone = tiny.trained(tried, dataset, [1])
    for name, tensor in alone.model.state_dict().items():
        assert tensor[0].equal(state[name][1]), name
    assert (together.history[0, :, -1] < together.history[0, :, 0]).all()

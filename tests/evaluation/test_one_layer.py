"""Softmax regression: no slots, no activations, one layer; the tables of hidden units are empty."""

from __future__ import annotations

import math
from collections import OrderedDict

import torch
from torch import nn

from regscope.evaluation import EMPTY, inside
from regscope.measures.units import UNIT_MEASURES, hidden_activations, unit_measures


def test_a_network_of_one_layer_has_all_but_hidden_units() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(OrderedDict(flatten=nn.Flatten(), output=nn.Linear(16, 3))).eval()
    inputs, labels = torch.randn(20, 1, 4, 4), torch.randint(0, 3, (20,))
    weights = inside.weights_of(network)
    layers = inside.layer_rows(weights, (1, 4, 4))
    assert ("seed", *layers[0]) == EMPTY["layers"]
    assert not math.isnan(inside.weights_together(weights, layers)["filter_total_variation"])
    pruning = inside.pruning_rows(network, inputs, labels)
    assert ("seed", *pruning[0]) == EMPTY["pruning"]
    assert {row["scope"] for row in pruning} == {"all", "output"}
    assert hidden_activations(network, (), inputs, 1.0) == {}
    assert inside.unit_rows({}) == []
    assert math.isnan(inside.units_together([])["unit_correlation"])


def test_a_network_without_weights_has_empty_tables_and_nan() -> None:
    network = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(4)).eval()
    assert inside.weights_of(network) == {}
    assert inside.pruning_rows(network, torch.randn(3, 4), torch.zeros(3).long()) == []
    together = inside.weights_together({}, []) | inside.pruning_together([])
    assert all(math.isnan(value) for value in together.values())
    assert {"weight_l2_norm", "zero_fraction", "pruning_area"} < set(together)


def test_columns_of_units_are_those_of_their_measures() -> None:
    assert tuple(unit_measures(torch.randn(5, 3))) == UNIT_MEASURES
    assert EMPTY["units"] == ("seed", "layer", *UNIT_MEASURES)


def test_first_weights_that_are_no_pictures_have_no_variation() -> None:
    network = nn.Sequential(nn.Conv1d(4, 2, 3), nn.Flatten(), nn.Linear(4, 3))
    weights = inside.weights_of(network)
    layers = inside.layer_rows(weights, (1, 4, 4))
    assert math.isnan(layers[0]["total_variation"])
    assert "filter_total_variation" not in inside.weights_together(weights, layers)

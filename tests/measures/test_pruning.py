from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils import prune

from regscope.measures.pruning import (
    FRACTIONS,
    importance,
    prunable_fraction,
    pruning_area,
    smallest_first,
)
from regscope.measures.pruning import pruning_curve as curve_of_weights

Judge = Callable[[nn.Module], tuple[float, float]]


def pruning_curve(network: nn.Module, layers: list[str], judge: Judge) -> list[dict[str, float]]:
    weights = [network.get_parameter(f"{layer}.weight") for layer in layers]
    return curve_of_weights(weights, lambda: judge(network))


def linear(weights: list[list[float]]) -> nn.Linear:
    layer = nn.Linear(len(weights[0]), len(weights))
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weights))
    return layer


def chain(**layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict(layers))


def recorder(layers: list[str]) -> tuple[list[Tensor], Judge]:
    """A judge that keeps the weights of the layers it is shown, one after another and flat."""
    shown: list[Tensor] = []

    def judge(network: nn.Module) -> tuple[float, float]:
        parts = [network.get_parameter(f"{layer}.weight").detach().flatten() for layer in layers]
        shown.append(torch.cat(parts))
        return (shown[-1] != 0).double().mean().item(), float(len(shown))

    return shown, judge


def small_network() -> nn.Sequential:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = nn.Sequential(
            OrderedDict(
                conv=nn.Conv2d(1, 4, 3),
                norm=nn.BatchNorm2d(4),
                flatten=nn.Flatten(),
                output=nn.Linear(64, 3),
            )
        )
    return network.eval()


def test_fractions_ascend_from_all_to_nothing_and_are_denser_near_one() -> None:
    assert len(FRACTIONS) == 21
    assert FRACTIONS[0] == 0
    assert FRACTIONS[-1] == 1
    steps = np.diff(FRACTIONS)
    assert (steps > 0).all()
    assert steps[-3:].max() < steps[:3].min() / 5


def test_a_network_that_needs_half_of_its_weights() -> None:
    """Every class has a weight of at least 1 that recognizes it, and a tiny one.

    So the curve is flat up to one half, and then falls in a straight line from 1 to 0.
    """
    layer = nn.Conv1d(100, 200, 1, groups=100, bias=False)
    pairs = torch.stack([torch.linspace(-1e-4, 1e-4, 100), torch.linspace(2, 1, 100)], 1)
    with torch.no_grad():
        layer.weight.copy_(pairs.view(200, 1, 1))

    def judge(network: nn.Module) -> tuple[float, float]:
        with torch.no_grad():
            own = network(torch.eye(100)[..., None]).view(100, 100, 2).sum(2).diagonal()
        return (own > 0.5).double().mean().item(), float(own.sum())

    rows = pruning_curve(chain(layer=layer), ["layer"], judge)
    accuracies = [row["accuracy"] for row in rows]
    expected = [1 - 2 * max(0.0, fraction - 0.5) for fraction in FRACTIONS]
    assert accuracies == pytest.approx(expected, abs=1e-12)
    assert [row["loss"] for row in rows[:6]] == pytest.approx([150] * 6, abs=0.01)
    assert rows[-1]["loss"] == 0
    assert prunable_fraction(FRACTIONS, accuracies) == pytest.approx(0.505)
    assert pruning_area(FRACTIONS, accuracies) == pytest.approx(0.75)


def test_each_layer_alone_and_all_together() -> None:
    """Roots of mean squares are 2.5 and 50, so together 10 is less than 1 and 70 than 4."""
    network = chain(first=linear([[1.0, -2.0, 2.0, 4.0]]), second=linear([[-70.0], [10.0]]))
    for layers, order in (
        (["first"], [1.0, 2.0, 2.0, 4.0]),
        (["second"], [10.0, 70.0]),
        (["first", "second"], [10.0, 1.0, 2.0, 2.0, 70.0, 4.0]),
    ):
        shown, judge = recorder(layers)
        rows = pruning_curve(network, layers, judge)
        assert [row["fraction"] for row in rows] == list(FRACTIONS)
        for removed, weights in enumerate(shown):
            assert sorted(weights[weights != 0].abs().tolist()) == sorted(order[removed:])
        assert len(shown) == len(order) + 1
        for row in rows:
            left = len(order) - round(row["fraction"] * len(order))
            assert row["accuracy"] == left / len(order)


def test_torchs_global_pruning_removes_the_same() -> None:
    """By the scores of each layer's own root mean square; conv is six times as large as torch's."""

    def network_of_two_scales() -> nn.Sequential:
        network = small_network()
        with torch.no_grad():
            network.get_parameter("conv.weight").mul_(6)
        return network

    shown, judge = recorder(["conv", "output"])
    pruning_curve(network_of_two_scales(), ["conv", "output"], judge)
    for fraction, found in zip(FRACTIONS, shown, strict=True):
        network = network_of_two_scales()
        modules = [(network.get_submodule(name), "weight") for name in ("conv", "output")]
        scores = {}
        for module, name in modules:
            weight = getattr(module, name).detach().double()
            scores[module, name] = weight / (weight.norm() / weight.numel() ** 0.5)
        prune.global_unstructured(modules, prune.L1Unstructured, scores, amount=fraction)
        expected = [getattr(module, name).detach().flatten() for module, name in modules]
        assert torch.equal(found, torch.cat(expected))


def test_ties_go_in_the_order_of_layers_and_positions() -> None:
    """The root mean square of the first layer is 1, and that of the second 4."""
    network = chain(first=linear([[1.0, -1.0], [1.0, 1.0]]), second=linear([[4.0, -4.0]]))
    shown, judge = recorder(["first", "second"])
    pruning_curve(network, ["first", "second"], judge)
    kept = [(weights != 0).int().tolist() for weights in shown]
    assert kept == [[0] * gone + [1] * (6 - gone) for gone in range(7)]


def test_many_ties_are_broken_as_a_stable_sort_does() -> None:
    values = torch.randint(-3, 4, (50_000,), generator=torch.Generator().manual_seed(0)).float()
    expected = np.argsort(np.abs(values.numpy()), kind="stable")
    assert np.array_equal(smallest_first(importance(values)).numpy(), expected)


def test_importance_is_relative_to_the_layer() -> None:
    assert importance(torch.tensor([3.0, 0.0, -4.0, 0.0])).tolist() == [1.2, 0.0, 1.6, 0.0]
    assert importance(torch.zeros(3)).tolist() == [0.0, 0.0, 0.0]
    # Squares that single precision has no room for.
    assert importance(torch.tensor([-1e-30, 1e-30])).tolist() == [1.0, 1.0]
    assert importance(torch.tensor([1e30, -1e30])).tolist() == [1.0, 1.0]


def test_an_all_zero_layer_goes_first_and_spoils_nothing() -> None:
    network = chain(first=linear([[1.0, -2.0]]), second=linear([[0.0], [-0.0]]))
    shown, judge = recorder(["first", "second"])
    pruning_curve(network, ["first", "second"], judge)
    assert [weights.abs().tolist() for weights in shown] == [[1, 2, 0, 0], [0, 2, 0, 0], [0] * 4]


def normalized_network(inputs: Tensor) -> nn.Sequential:
    """Batch normalization by `inputs` after two layers; with epsilon 0 scales cancel exactly."""
    with torch.random.fork_rng():
        torch.manual_seed(2)
        network = nn.Sequential(
            OrderedDict(
                hidden1=nn.Linear(6, 12),
                hidden1_norm=nn.BatchNorm1d(12, momentum=1),
                hidden1_activation=nn.ReLU(),
                hidden2=nn.Linear(12, 12),
                hidden2_norm=nn.BatchNorm1d(12, momentum=1),
                hidden2_activation=nn.ReLU(),
                output=nn.Linear(12, 4),
            )
        )
    network(inputs)
    for module in network:
        if isinstance(module, nn.BatchNorm1d):
            module.eps = 0
    return network.eval()


def scale_(network: nn.Module, factors: dict[str, float]) -> None:
    with torch.no_grad():
        for name, factor in factors.items():
            network.state_dict()[name].mul_(factor)


# Powers of 2, with which rounding is the same.
SAME_FUNCTION = {
    "a layer that is normalized": {
        "hidden2.weight": 8,
        "hidden2.bias": 8,
        "hidden2_norm.running_mean": 8,
        "hidden2_norm.running_var": 64,
    },
    "a layer before a ReLU, and the next the other way": {
        "hidden2_norm.weight": 8,
        "hidden2_norm.bias": 8,
        "output.weight": 1 / 8,
    },
}


@pytest.mark.parametrize("factors", SAME_FUNCTION.values(), ids=SAME_FUNCTION)
def test_scales_that_change_no_prediction_change_no_curve(factors: dict[str, float]) -> None:
    inputs = torch.randn(300, 6, generator=torch.Generator().manual_seed(3))
    network = normalized_network(inputs)
    labels = network(inputs).argmax(1)

    def judge(shown: nn.Module) -> tuple[float, float]:
        with torch.no_grad():
            found = shown(inputs)
        return (found.argmax(1) == labels).double().mean().item(), found.square().mean().item()

    layers = ["hidden1", "hidden2", "output"]
    curve = pruning_curve(network, layers, judge)
    scale_(network, factors)
    assert pruning_curve(network, layers, judge) == curve
    accuracies = [row["accuracy"] for row in curve]
    assert accuracies[0] == 1
    assert len(set(accuracies)) > 5


def test_removing_zeros_changes_nothing_and_asks_nothing() -> None:
    """16 of 20 weights are zero: the network is judged whole, then with 3, 2, 1 and no weights."""
    weights = [0.0, -0.0] * 8
    network = chain(layer=linear([[3.0, *weights[:8], -1.0], [2.0, *weights[8:], 4.0]]))
    shown, judge = recorder(["layer"])
    rows = pruning_curve(network, ["layer"], judge)
    kept = [sorted(part[part != 0].abs().tolist()) for part in shown]
    assert kept == [[1.0, 2.0, 3.0, 4.0], [2.0, 3.0, 4.0], [3.0, 4.0], [4.0], []]
    for row in rows:
        left = 20 - round(20 * row["fraction"])
        assert row["accuracy"] == min(left, 4) / 20


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("fails_at", [None, 1, 5])
def test_the_network_comes_back_bit_for_bit(channels_last: bool, fails_at: int | None) -> None:
    network = small_network()
    if channels_last:
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    with torch.no_grad():
        network.get_parameter("conv.weight")[0, 0, 0] = torch.tensor([-0.0, 1e-45, 0.0])
    before = {name: bits(tensor) for name, tensor in network.state_dict().items()}
    strides = network.get_parameter("conv.weight").stride()
    inputs = torch.rand(5, 1, 6, 6, generator=torch.Generator().manual_seed(1))
    seen: list[Tensor] = []

    def judge(shown: nn.Module) -> tuple[float, float]:
        seen.append(shown(inputs))
        if len(seen) == fails_at:
            raise InterruptedError
        return 0.5, 1.0

    if fails_at is None:
        pruning_curve(network, ["conv", "output"], judge)
        assert torch.equal(seen[-1], network.get_parameter("output.bias").expand(5, 3))
    else:
        with pytest.raises(InterruptedError):
            pruning_curve(network, ["conv", "output"], judge)
        assert len(seen) == fails_at
    assert {name: bits(tensor) for name, tensor in network.state_dict().items()} == before
    assert network.get_parameter("conv.weight").stride() == strides
    assert torch.equal(network(inputs), seen[0])


def bits(tensor: Tensor) -> list[int]:
    return list(tensor.contiguous().numpy().tobytes())


def test_kernels_are_pruned_in_the_same_order_in_any_memory_format() -> None:
    network = small_network()
    with torch.no_grad():
        network.get_parameter("conv.weight").sign_()
    shown, judge = recorder(["conv"])
    pruning_curve(network, ["conv"], judge)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    again, judge = recorder(["conv"])
    pruning_curve(network, ["conv"], judge)
    assert torch.equal(torch.stack(shown), torch.stack(again))


def test_only_weights_are_removed() -> None:
    network = small_network()
    rest = ("conv.bias", "norm.weight", "norm.bias", "norm.running_var", "output.bias")
    before = {name: network.state_dict()[name].clone() for name in rest}

    def judge(shown: nn.Module) -> tuple[float, float]:
        state = shown.state_dict()
        assert all(torch.equal(state[name], before[name]) for name in rest)
        return 0.0, 0.0

    assert len(pruning_curve(network, ["conv", "output"], judge)) == len(FRACTIONS)


def test_prunable_fractions_by_hand() -> None:
    fractions = [0.0, 0.5, 0.8, 1.0]
    # From 0.96 to 0.86 between 0.5 and 0.8, 0.89 lies 7/10 of the way.
    assert prunable_fraction(fractions, [0.9, 0.96, 0.86, 0.1]) == pytest.approx(0.5 + 0.3 * 0.7)
    assert prunable_fraction(fractions, [0.9, 0.9, 0.9, 0.1]) == pytest.approx(0.8 + 0.2 / 80)
    assert prunable_fraction(fractions, [0.9, 0.5, 0.9, 0.9]) == pytest.approx(0.5 * 0.01 / 0.4)
    assert prunable_fraction(fractions, [0.9, 0.9, 0.8, 0.7], 0.15) == pytest.approx(0.9)
    assert prunable_fraction(fractions, [0.9, 0.8, 0.7, 0.6], 0.0) == 0


def test_a_fall_of_exactly_what_is_allowed_is_allowed() -> None:
    """Whatever rounding makes of the difference of two accuracies on 1000 examples."""
    for right in range(10, 1001):
        accuracy, lower, worse = right / 1000, (right - 10) / 1000, (right - 11) / 1000
        assert prunable_fraction([0.0, 0.5, 1.0], [accuracy, lower, lower]) == 1
        assert prunable_fraction([0.0, 0.5, 1.0], [accuracy, lower, worse]) == pytest.approx(0.5)


def test_differences_of_rounding_move_no_crossing_out_of_its_interval() -> None:
    accuracies = [0.5, 0.49 - 0.9e-9, 0.49 - 1.1e-9]
    assert prunable_fraction([0.0, 0.5, 1.0], accuracies) == 0.5


def test_a_network_that_never_gets_worse_needs_nothing() -> None:
    assert prunable_fraction([0.0, 0.5, 1.0], [0.1, 0.1, 0.1]) == 1


def test_areas_by_hand() -> None:
    assert pruning_area([0.0, 1.0], [1.0, 0.0]) == 0.5
    assert pruning_area([0.0, 0.5, 1.0], [0.9, 0.9, 0.1]) == pytest.approx(0.45 + 0.25)
    assert pruning_area(FRACTIONS, [0.7] * len(FRACTIONS)) == pytest.approx(0.7)


CURVES = st.lists(st.integers(0, 100), min_size=21, max_size=21)


@given(CURVES)
def test_prunable_fractions_are_where_the_curve_first_crosses(percent: list[int]) -> None:
    accuracies = [value / 100 for value in percent]
    found = prunable_fraction(FRACTIONS, accuracies)
    fine = np.linspace(0, 1, 20_001)
    low = np.interp(fine, FRACTIONS, accuracies) < accuracies[0] - 0.01 - 1e-9
    first = fine[low.argmax()] if low.any() else 1.0
    assert found == pytest.approx(first, abs=1e-4)


@given(CURVES)
def test_areas_lie_between_the_lowest_and_the_highest_accuracy(percent: list[int]) -> None:
    found = pruning_area(FRACTIONS, percent)
    assert min(percent) - 1e-9 <= found <= max(percent) + 1e-9
    assert pruning_area(FRACTIONS, [2 * value for value in percent]) == pytest.approx(2 * found)

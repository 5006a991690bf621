"""Networks of one's own train as others do: known answers, the same bits alone, every method."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from regscope.base.errors import RegscopeError
from regscope.base.randomness import derive
from regscope.datasets import Dataset
from regscope.models.initialization import initialized
from regscope.models.modules.found import layers_in, slots_in
from regscope.stacking.looped import LoopedNetwork, loop
from regscope.stacking.stack import stack, streams_of
from regscope.study.params import Study
from regscope.training.found import check_found, why_looped
from regscope.training.loop import Trainer
from regscope.training.places import places_of
from tests import sentences, tiny
from tests.models.modules import nets as own
from tests.regularizers.settings import CELLS, OF_ANY_NETWORK
from tests.training import test_neighbours, test_resume

SHAPE = (1, 8, 8)
CPU = torch.device("cpu")


def study(name: str, cell: Any = None, **settings: Any) -> Study:
    model = {"kind": "module", "path": f"my_nets.py:{name}", **settings}
    return tiny.study(cell, "adam", model=model)


SOME = {"none", "dropout", "l1_prox", "sam", "everything_else"}
"""A method of each kind, which the quick tests try on every network; on one they try all."""


@pytest.mark.parametrize(
    ("name", "cell"),
    [*(("Dense", cell) for cell in OF_ANY_NETWORK), *(("chain", cell) for cell in sorted(SOME))],
)
def test_what_computes_as_an_mlp_trains_to_the_same_bits(
    name: str, cell: str, digits: Dataset, nets: Path
) -> None:
    known = tiny.trained(tiny.study(CELLS[cell], "adam"), digits, [0, 1])
    tried = study(name, CELLS[cell], initialization="glorot_uniform")
    check_found(tried, ["tested"], digits)
    found = tiny.trained(tried, digits, [0, 1])
    assert tiny.differences(found.model.state_dict(), known.model.state_dict()) == {}
    assert found.history.equal(known.history)


LACKING = {
    "Attending": {"batch_norm", "spatial_dropout"},
    "Convolving": {
        "activity_l1", "batch_norm", "dropout", "gaussian_dropout", "max_dropout",
        "spatial_dropout", "stochastic_depth",
    },
    "Recurrent": {"batch_norm", "spatial_dropout", "stochastic_depth"},
}  # fmt: skip
"""Methods that a network has no slot for."""

FITTING = [
    pytest.param(
        name, cell, marks=[] if name == "Attending" or cell in SOME else [pytest.mark.slow]
    )
    for name, lacking in LACKING.items()
    for cell, methods in CELLS.items()
    if not lacking & set(methods)
]


@pytest.mark.parametrize(("name", "cell"), FITTING)
def test_every_method_gives_a_seed_the_same_bits_alone(
    name: str, cell: str, digits: Dataset, nets: Path
) -> None:
    model = study(name).model.model_dump(exclude_none=True)
    tried = tiny.study(CELLS[cell], "adam", model=model, training={"epochs": 2})
    assert test_neighbours.differences(tried, digits, [0, 1, 2, 3, 4]) == {}


@pytest.mark.parametrize(("name", "method"), [(n, m) for n in LACKING for m in sorted(LACKING[n])])
def test_a_method_without_a_slot_is_refused(
    name: str, method: str, digits: Dataset, nets: Path
) -> None:
    tried = study(name, CELLS[method])
    with pytest.raises(RegscopeError, match=f"^regularizers.tested.{method}") as refused:
        check_found(tried, ["tested"], digits)
    assert str(refused.value).endswith("docs/your-network.md")


def test_only_what_has_no_stacked_counterpart_is_looped(digits: Dataset, nets: Path) -> None:
    reasons = {
        "Dense": None,
        "chain": None,
        "Convolving": None,
        "Attending": "attention.in_proj_bias cannot be stacked: a module owns it beside its"
        " children",
        "Recurrent": "batch norm can be stacked only with affine, running statistics and momentum",
    }
    for name, reason in reasons.items():
        tried = study(name)
        assert why_looped(tried, [], digits) == reason
        model = tiny.trainer(tried, digits, [0]).model
        assert isinstance(model, LoopedNetwork) == (reason is not None)


def test_an_error_without_a_word_is_a_reason_too(digits: Dataset, nets: Path) -> None:
    tried = study("Particular")
    assert why_looped(tried, [], digits) == "ValueError"
    assert isinstance(tiny.trainer(tried, digits, [0]).model, LoopedNetwork)


def test_what_a_buffer_of_nan_begins_with_is_the_same_each_time(
    digits: Dataset, nets: Path
) -> None:
    check_found(study("Unaware"), ["none"], digits)


@pytest.mark.parametrize("shifted", [False, True])
def test_one_dropout_under_two_names_is_two(shifted: bool, digits: Dataset, nets: Path) -> None:
    """In a stack and in a loop alike: a stream each."""
    tried = study("Repeating", arguments={"shifted": shifted})
    check_found(tried, ["none", "tested"], digits)
    model = tiny.trainer(tried, digits, [0, 1]).model
    assert isinstance(model, LoopedNetwork) == shifted
    assert {one.purpose for one in streams_of(model)} == {"mask/first", "mask/second"}
    assert test_neighbours.differences(tried, digits, [0, 1, 2, 3, 4]) == {}


@pytest.mark.parametrize("shifted", [False, True])
def test_places_of_other_rates_and_strengths_train_as_alone(
    shifted: bool, digits: Dataset, nets: Path
) -> None:
    """In a stack and in a loop alike."""
    cells = [
        {"dropout": 0.2, "activity_l1": 0.01},
        {"dropout": 0.6, "activity_l1": 0.3},
    ]
    studies = [study("Mapping", cell, arguments={"shifted": shifted}) for cell in cells]
    places = [
        place
        for tried in studies
        for place in places_of(tried.training, tried.cells["tested"].methods(), [1])
    ]
    together = Trainer(studies[0], digits, places)
    assert isinstance(together.model, LoopedNetwork) == shifted
    together.run()
    for index, tried in enumerate(studies):
        alone = tiny.trained(tried, digits, [1])
        found = {name: value[index] for name, value in together.model.state_dict().items()}
        expected = {name: value[0] for name, value in alone.model.state_dict().items()}
        assert tiny.differences(found, expected) == {}


@pytest.mark.parametrize("shifted", [False, True])
def test_channels_that_a_network_drops_itself_are_a_seeds_own(
    shifted: bool, digits: Dataset, nets: Path
) -> None:
    """In a stack and in a loop alike; the method acts behind the convolution alone."""
    tried = study("Mapping", {"spatial_dropout": 0.4}, arguments={"shifted": shifted})
    check_found(tried, ["none", "tested"], digits)
    model = tiny.trainer(tried, digits, [0, 1]).model
    assert isinstance(model, LoopedNetwork) == shifted
    assert {one.purpose for one in streams_of(model)} == {"mask/dropped", "mask/conv_dropout"}
    assert test_neighbours.differences(tried, digits, [0, 1, 2, 3, 4]) == {}


@pytest.mark.parametrize("name", ["Attending", "Recurrent"])
@pytest.mark.parametrize("cell", ["l2_dropout", "everything_else"])
def test_a_run_that_stops_goes_on(
    name: str, cell: str, digits: Dataset, nets: Path, tmp_path: Path
) -> None:
    test_resume.check(study(name, CELLS[cell]), digits, tmp_path)


@pytest.mark.parametrize("cell", ["RNN", "GRU", "LSTM"])
def test_recurrences_learn(cell: str, digits: Dataset, nets: Path) -> None:
    model = {"kind": "module", "path": "my_nets.py:Recurrent", "arguments": {"cell": cell}}
    tried = tiny.study({}, "adam", model=model, training={"epochs": 15})
    loss = tiny.trained(tried, digits, [0, 1]).history[0]
    assert (loss[:, -1] < 0.9 * loss[:, 0]).all()


def test_sentences_are_tagged(nets: Path) -> None:
    dataset = sentences.language()
    model = {"kind": "module", "path": "my_nets.py:Tagging"}
    written = sentences.study({"l2": 0.001}, epochs=8).model_dump(mode="json", exclude_none=True)
    tried = Study.model_validate(written | {"model": model})
    check_found(tried, ["tested"], dataset)
    assert test_neighbours.differences(tried, dataset, [0, 1, 2, 3, 4]) == {}
    loss = tiny.trained(tried, dataset, [0]).history[0]
    assert (loss[:, -1] < 0.7 * loss[:, 0]).all()


def test_a_layer_alone_is_a_network(moons: Dataset, nets: Path) -> None:
    cell = {"l1": {"strength": 0.001, "layers": ["weight"]}}
    model = {"kind": "module", "path": "my_nets.py:bare"}
    tried = tiny.study(cell, "adam", data=tiny.MOONS, model=model)
    check_found(tried, ["tested"], moons)
    assert test_neighbours.differences(tried, moons, [0, 1, 2, 3, 4]) == {}


def drawn(name: str, seed: int) -> nn.Module:
    torch.manual_seed(derive(seed, "initialization"))
    made: nn.Module = getattr(own, name)(SHAPE, 10)
    return made


@pytest.mark.parametrize("name", ["Attending", "Recurrent", "Convolving"])
def test_own_initialization_is_what_the_constructor_draws(name: str, nets: Path) -> None:
    settings = study(name).model
    for seed in (0, 3):
        found = initialized(settings, SHAPE, 10, seed).state_dict()
        assert tiny.differences(found, drawn(name, seed).state_dict()) == {}


def test_the_file_draws_nothing_of_a_seeds(nets: Path) -> None:
    settings = study("Dense").model
    first = initialized(settings, SHAPE, 10, 0).state_dict()
    file = nets / "my_nets.py"
    file.write_text(file.read_text() + "\nTABLE = torch.randn(7)\n")
    again = initialized(study("Dense").model, SHAPE, 10, 0).state_dict()
    assert tiny.differences(first, again) == {}


class Dropping(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(nn.Flatten(), nn.Linear(64, 12), nn.Dropout(0.5), nn.Linear(12, 3))


class DroppingTwice(nn.Sequential):
    """With one nn.Dropout: at two places of a chain, and inside a part that itself stands twice."""

    def __init__(self) -> None:
        dropped = nn.Dropout(0.5)
        part = nn.Sequential(nn.ReLU(), dropped)
        layers = [nn.Linear(64, 12), dropped, part, nn.Linear(12, 12), dropped, part]
        super().__init__(nn.Flatten(), *layers, nn.Linear(12, 3))


def pictures(count: int) -> Tensor:
    return torch.randn(count, 1, 8, 8, generator=torch.Generator().manual_seed(9))


@pytest.mark.parametrize("kind", [Dropping, DroppingTwice])
def test_a_loop_draws_the_masks_of_a_stack(kind: type[nn.Module]) -> None:
    modules = [kind() for _ in range(3)]
    seeds = [5, 0, 2]
    stacked, looped = stack(modules, seeds, pictures(4)), loop(modules, seeds, CPU)
    for epoch in (0, 1):
        for model in (stacked, looped):
            for streams in streams_of(model):
                streams.start_epoch(epoch)
        for _ in range(2):
            inputs = pictures(21)
            torch.testing.assert_close(looped.train()(inputs), stacked.train()(inputs))


@pytest.mark.parametrize("name", ["Attending", "Recurrent", "Convolving"])
def test_a_loop_gives_outputs_gradients_and_statistics_of_the_plain_ones(name: str) -> None:
    modules = [drawn(name, seed) for seed in range(3)]
    for module in modules:
        for layer in module.modules():
            if isinstance(layer, nn.Dropout):
                layer.p = 0.0
    looped = loop(modules, [0, 1, 2], CPU).train()
    assert list(looped.state_dict()) == list(modules[0].state_dict())
    outputs = looped(pictures(21))
    outputs.square().sum().backward()
    for seed, (module, mine) in enumerate(zip(modules, pictures(21).chunk(3), strict=True)):
        found = module.train()(mine)
        assert torch.equal(outputs.chunk(3)[seed], found)
        found.square().sum().backward()
        for key, parameter in module.named_parameters():
            gradient = looped.get_parameter(key).grad
            assert gradient is not None
            assert parameter.grad is not None
            assert torch.equal(gradient[seed], parameter.grad), key
        for key, buffer in module.named_buffers():
            assert torch.equal(looped.get_buffer(key)[seed], buffer), key


def test_layers_and_slots_are_found() -> None:
    network = drawn("Attending", 0)
    assert layers_in(network) == (
        "embedding", "attention", "attention.out_proj", "hidden", "output",
    )  # fmt: skip
    assert slots_in(network) == {"norm": (), "dropout": ("hidden",), "residual": ("attention",)}
    assert slots_in(drawn("Dense", 0))["norm"] == ("hidden1", "hidden2")
    network.extra_norm = nn.Identity()
    network.positions_dropout = nn.Identity()
    assert slots_in(network)["norm"] == ()
    assert slots_in(network)["dropout"] == ("hidden",)

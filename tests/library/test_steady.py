"""What evaluation mode does not switch off, and programs instead of modules."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import regscope

GENERATOR = torch.Generator().manual_seed(0)
INPUTS = torch.randn(60, 1, 4, 4, generator=GENERATOR)
LABELS = torch.randint(0, 3, (60,), generator=GENERATOR)
BATCH = torch.export.Dim("batch", min=1)


def batches(size: int) -> list[tuple[Tensor, Tensor]]:
    return list(zip(torch.split(INPUTS, size), torch.split(LABELS, size), strict=True))


def dense(*after: nn.Module) -> nn.Sequential:
    """The same weights each time: not with every draw does a batch show in the outputs."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        first, last = nn.Linear(16, 8), nn.Linear(8, 3)
    return nn.Sequential(nn.Flatten(), first, nn.ReLU(), *after, last).eval()


def program(model: nn.Module, size: int | None = None) -> torch.export.ExportedProgram:
    shapes = ({0: BATCH},) if size is None else None
    return torch.export.export(model, (INPUTS[: size or 2],), dynamic_shapes=shapes)


class Through(nn.Module):
    """A dense network and a function in its middle."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        whole = dense()
        self.first, self.last, self.function = whole[:3], whole[3], function

    def forward(self, inputs: Tensor) -> Tensor:
        logits: Tensor = self.last(self.function(self.first(inputs)))
        return logits


class Counting(nn.Module):
    calls: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.last = dense()
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, inputs: Tensor) -> Tensor:
        self.calls += 1
        logits: Tensor = self.last(inputs) + self.calls
        return logits


LUCK: dict[str, Callable[[], nn.Module]] = {
    "functional dropout": lambda: Through(lambda hidden: functional.dropout(hidden, 0.5)),
    "seldom": lambda: Through(lambda hidden: functional.dropout(hidden, 0.02)),
    "noise": lambda: Through(lambda hidden: hidden + 0.1 * torch.randn_like(hidden)),
    "memory": Counting,
    "exported while training": lambda: program(dense(nn.Dropout()).train()).module(),
}
NEIGHBOURS: dict[str, Callable[[], nn.Module]] = {
    "no running statistics": lambda: dense(nn.BatchNorm1d(8, track_running_stats=False)),
    "functional batch norm": lambda: Through(
        lambda hidden: functional.batch_norm(hidden, None, None, training=True)
    ),
    "centred": lambda: Through(lambda hidden: hidden - hidden.mean(0)),
    "attention over the batch": lambda: Through(
        lambda hidden: (hidden @ hidden.T).softmax(1) @ hidden
    ),
    "exported while training": lambda: program(dense(nn.BatchNorm1d(8)).train()).module(),
}
"""Made where they are measured: an export takes seconds."""


@pytest.mark.parametrize("name", LUCK)
def test_what_luck_decides_has_no_accuracy(name: str) -> None:
    model = LUCK[name]()
    before = {name: buffer.clone() for name, buffer in model.named_buffers()}
    told = "^the model gives other outputs for the same inputs, in evaluation mode: "
    with pytest.raises(regscope.RegscopeError, match=told):
        regscope.measure(model, batches(20))
    for buffer_name, buffer in model.named_buffers():
        assert torch.equal(buffer, before[buffer_name]), buffer_name


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_what_the_batch_decides_has_no_accuracy(name: str) -> None:
    model = NEIGHBOURS[name]()
    told = "^what the model gives for an example depends on the others of its batch"
    for size in (60, 20, 2):
        with pytest.raises(regscope.RegscopeError, match=told):
            regscope.measure(model, batches(size))


def test_single_examples_are_held_beside_another() -> None:
    normed = nn.Sequential(
        nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3, track_running_stats=False), nn.Flatten(1)
    )
    with pytest.raises(regscope.RegscopeError, match="depends on the others of its batch"):
        regscope.measure(nn.Sequential(normed, nn.Linear(12, 3)), batches(1))


def test_what_the_batch_changes_a_little_is_said() -> None:
    """By a scale for the whole batch, as dynamic quantization has it."""

    def quantized(hidden: Tensor) -> Tensor:
        step = hidden.abs().max() / 127
        return (hidden / step).round() * step

    # Not with every draw of weights does the rounding show.
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Through(quantized)
    said = regscope.measure(model, batches(20)).unmeasured["single examples"]
    assert said.startswith("what the model gives for one changes with the others of its batch")


def test_any_error_of_a_forward_is_one_line() -> None:
    def broken(_: Tensor) -> Tensor:
        raise KeyError("gone")

    told = r"^batch 0 of the loader: the model refuses inputs .*: KeyError: 'gone'$"
    with pytest.raises(regscope.RegscopeError, match=told):
        regscope.measure(Through(broken), batches(20))
    with pytest.raises(regscope.RegscopeError, match=r"^model: must be a torch.nn.Module, not a"):
        regscope.measure(len, batches(20))  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_programs_and_scripts_are_measured_as_modules_are() -> None:
    model = dense(nn.LayerNorm(8), nn.Dropout())
    expected = regscope.measure(model, batches(20))
    for other in (
        program(model),
        program(model).module(),
        program(model, 20).module(),
        torch.jit.script(model),
        torch.jit.trace(model, INPUTS[:2]),  # type: ignore[no-untyped-call]
    ):
        # Programs for batches of 20 refuse the 5 examples that are left of 25.
        found = regscope.measure(other, batches(20), examples=25)
        for name in ("accuracy", "weight_l1_norm", "zero_fraction"):
            assert found.measures[name] == pytest.approx(expected.measures[name], rel=1e-5)
        assert sorted(found.layers["layer"]) == ["1", "5"]
        assert len(found.pruning) == len(expected.pruning)
        assert set(found.unmeasured) == {"units"}
    frozen = regscope.measure(torch.jit.freeze(torch.jit.script(model)), batches(20))
    assert frozen.measures["accuracy"] == expected.measures["accuracy"]
    assert set(frozen.unmeasured) == {"weights", "pruning", "units"}


def test_a_program_for_batches_of_one_size_refuses_others_in_one_line() -> None:
    with pytest.raises(regscope.RegscopeError, match=r"^batch 2 .*: the model refuses") as error:
        regscope.measure(program(dense(), 25), batches(25))
    assert len(str(error.value)) < 300

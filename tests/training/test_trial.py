"""A network that is tried out: what its inputs may hold, and what it may do with them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from regscope.base.errors import RegscopeError
from regscope.training.trial import same, try_out

GAP = float("nan")
ROWS = torch.tensor([[1.0, GAP], [GAP, 2.0], [3.0, -4.0]])


class Reading(nn.Module):
    """Fills gaps with `fill`, in place where that is asked for."""

    def __init__(self, fill: float = 0.0, in_place: bool = False) -> None:
        super().__init__()
        self.output = nn.Linear(2, 2)
        self.fill = fill
        self.in_place = in_place

    def forward(self, inputs: Tensor) -> Tensor:
        seen = inputs if self.in_place else inputs.clone()
        outputs: Tensor = self.output(seen.nan_to_num_(nan=self.fill))
        return outputs


def test_gaps_among_the_examples_are_no_change() -> None:
    try_out(Reading(), ROWS.clone(), 2)


def test_gaps_that_are_filled_in_place_are_one() -> None:
    with pytest.raises(RegscopeError, match=r"^changes its inputs in place"):
        try_out(Reading(in_place=True), ROWS.clone(), 2)


@pytest.mark.parametrize(
    ("other", "answer"),
    [
        (ROWS.clone(), True),
        (ROWS.nan_to_num(), False),
        (ROWS.flip(0), False),
        (ROWS + 1, False),
        (ROWS[:2], False),
        (ROWS[0], False),
        (ROWS.double(), False),
    ],
)
def test_same_by_hand(other: Tensor, answer: bool) -> None:
    assert same(ROWS, other) is answer
    assert same(other, ROWS) is answer


@pytest.mark.parametrize("kind", [torch.bool, torch.int64, torch.complex64, torch.bfloat16])
def test_same_of_any_kind_of_number(kind: torch.dtype) -> None:
    one = torch.tensor([1, 0, 1]).to(kind)
    assert same(one, one.clone())
    assert not same(one, one.flip(0).roll(1))


@pytest.mark.parametrize(("end", "refused"), [(nn.Softmax(1), True), (nn.LogSoftmax(1), False)])
def test_probabilities_are_no_logits(end: nn.Module, refused: bool) -> None:
    network = nn.Sequential(nn.Linear(2, 3), end)
    inputs = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    if not refused:
        try_out(network, inputs, 3)
        return
    with pytest.raises(RegscopeError, match=r"^gives probabilities, which sum to 1"):
        try_out(network, inputs, 3)

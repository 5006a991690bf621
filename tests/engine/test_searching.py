"""Networks that are tried out: places of any seed and learning rate, and some that diverge."""

from __future__ import annotations

from dataclasses import replace

import torch

from regscope.datasets import Dataset
from regscope.engine.messages import Epoch
from regscope.engine.together import Cells
from regscope.engine.train_stack import StackTask, told
from regscope.training.progress import Progress
from tests import tiny

STUDY = tiny.study({"l2": 0.01})


def trained(cells: Cells, digits: Dataset, **changes: object) -> tuple[list[Epoch], Progress]:
    numbers = tuple(cells.numbers)
    task = StackTask(STUDY, cells, numbers, digits, "validation", "cpu", 60)
    *epochs, end = told(replace(task, **changes))  # type: ignore[arg-type]
    assert isinstance(end, Progress)
    return [epoch for epoch in epochs if isinstance(epoch, Epoch)], end


def test_seeds_count_from_the_first_and_cells_have_learning_rates_of_their_own(
    digits: Dataset,
) -> None:
    cells = Cells(("tested", "none"), 2, 3, (0.1, 0.02))
    assert [cells.place(number) for number in cells.numbers] == [
        ("tested", 3), ("tested", 4), ("none", 3), ("none", 4),
    ]  # fmt: skip
    _, together = trained(cells, digits, searching="weights")
    for number in cells.numbers:
        reg, seed = cells.place(number)
        rate = (0.1, 0.02)[number // 2]
        _, alone = trained(Cells((reg,), 1, seed, (rate,)), digits, searching="weights")
        assert torch.equal(together.history[:, number], alone.history[:, 0])
        for name, tensor in together.model.items():
            assert torch.equal(tensor[number], alone.model[name][0])


def test_a_place_that_diverges_leaves_the_others_as_they_are(digits: Dataset) -> None:
    fine, wild = (0.1, 1e30)
    _, together = trained(
        Cells(("tested", "none"), 1, 0, (wild, fine)), digits, searching="weights"
    )
    _, alone = trained(Cells(("none",), 1, 0, (fine,)), digits, searching="weights")
    assert not together.history[:, 0].isfinite().all()
    assert torch.equal(together.history[:, 1], alone.history[:, 0])


def test_no_more_is_kept_of_the_end_than_was_asked_for(digits: Dataset) -> None:
    cells = Cells(("tested",), 2)
    for searching, kept in (("history", (False, False)), ("weights", (True, False))):
        _, end = trained(cells, digits, searching=searching)
        assert (bool(end.model), bool(end.optimizer)) == kept
        assert end.history.shape == (5, 2, 3)
    momentum = tiny.study({"l2": 0.01}, "adam")
    _, whole = trained(cells, digits, study=momentum)
    assert whole.model
    assert whole.optimizer

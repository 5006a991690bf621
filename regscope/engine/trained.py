"""What cells come to: put together from the stacks in which their places were trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regscope.engine import checkpoints
from regscope.engine.plan import Plan
from regscope.engine.processors import noted
from regscope.engine.run import Computed
from regscope.engine.together import Cells

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class TrainedCell:
    """Weights and buffers `{plain name: [S, ...]}` and `history` `[columns, S, epochs]`.

    `device` is `cpu`, or the name of the GPU. `arithmetic` is what computed: `fastest`, `portable`,
    or `not portable` where that was asked for in vain. `processors` are those that it was trained
    on, or that of the GPU's machine; none where that is not known.
    """

    device: str
    arithmetic: Computed
    seeds: tuple[int, ...]
    state: dict[str, np.ndarray]
    history: np.ndarray
    processors: tuple[str, ...] = ()


def end_of(dealt: Plan) -> tuple[dict[str, np.ndarray], np.ndarray, tuple[str, ...]]:
    """Weights and history of all places of trained stacks, as `end_states` gives them, and on which
    processors they were trained."""
    stacks = [*dealt.finished, *(stack.trained() for stack in dealt.waiting)]
    state, history = checkpoints.end_states(stacks)
    return state, history, noted(stacks[0].path.parent)


def gathered(
    device: str, arithmetic: Computed, cells: Cells, dealt: Plan
) -> dict[str, TrainedCell]:
    state, history, processors = end_of(dealt)
    found = {}
    for index, reg in enumerate(cells.regs):
        own = slice(index * cells.seeds, (index + 1) * cells.seeds)
        found[reg] = TrainedCell(
            device,
            arithmetic,
            tuple(range(cells.seeds)),
            {name: tensor[own] for name, tensor in state.items()},
            history[:, own],
            processors,
        )
    return found

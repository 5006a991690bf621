"""What a recorded step relies on: it changes what it says, in place, and nothing else."""

from __future__ import annotations

import torch

from regscope.training.loop import Trainer


def check_in_place(trainer: Trainer) -> None:
    """A step tried out and put back leaves no trace, and steps go on from each other."""
    trainer.model.train()
    indices = trainer.train[:, :8]
    trainer.update(indices)
    changed = trainer._changed_by_a_step()
    addresses = [tensor.data_ptr() for tensor in changed]
    before = [tensor.clone() for tensor in changed]
    trainer.update(indices)
    after = [tensor.clone() for tensor in changed]
    with torch.no_grad():
        for tensor, value in zip(changed, before, strict=True):
            tensor.copy_(value)
    trainer.update(indices)
    again = trainer._changed_by_a_step()
    assert [tensor.data_ptr() for tensor in again] == addresses
    assert all(torch.equal(first, second) for first, second in zip(after, again, strict=True))
    assert not all(torch.equal(first, second) for first, second in zip(before, again, strict=True))

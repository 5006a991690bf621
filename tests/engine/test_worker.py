"""What a worker process tells the one that started it."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from regscope.base.errors import RegscopeError
from regscope.engine import train_stack, worker
from regscope.engine.base import Job
from regscope.engine.messages import errors_told
from regscope.engine.plan import Cost, Stack
from regscope.engine.together import Cells
from regscope.stacking.stack import stack
from tests import tiny


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RegscopeError("seed 1, epoch 2: no"), "seed 1, epoch 2: no"),
        (ValueError("tied weights\ncannot be stacked"), "tied weights cannot be stacked"),
        (RuntimeError("can't allocate memory\nC++ trace"), "can't allocate memory"),
        (KeyError("gone"), "'gone' (KeyError in "),
        (EOFError("a cut file"), "a cut file (EOFError in "),
        (OSError(28, "No space left on device", "a.safetensors"), "a.safetensors: No space left"),
    ],
)
def test_errors_are_told_in_one_line(
    error: Exception, told: str, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(worker, "leave_interrupts_to_parent", lambda: None)
    monkeypatch.setattr(train_stack, "Trainer", refuse)
    ours, theirs = multiprocessing.Pipe()
    study = tiny.study().model_dump(mode="json", exclude_none=True)
    job = Job(
        study, digits_folder, "test", "cpu", "fastest", checkpoint_seconds=20, cost=Cost(1, 1)
    )
    ours.send((job, Cells(("none",), 5), Stack((0,), Path("0-0.safetensors"))))
    worker.work("fastest", theirs)
    theirs.close()
    assert ours.recv()["error"].startswith(told)
    with pytest.raises(EOFError):
        ours.recv()


def test_of_ones_own_code_the_place_is_told(tmp_path: Path) -> None:
    """The innermost line that is not torch's; nothing of a core that complains by itself."""
    source = "import torch\n\ndef forward(x):\n    return torch.nn.functional.linear(x, x[:, :1])\n"
    (tmp_path / "mine.py").write_text(source)
    scope: dict[str, Any] = {}
    exec(compile(source, str(tmp_path / "mine.py"), "exec"), scope)
    ours, theirs = multiprocessing.Pipe()
    with errors_told(theirs):
        scope["forward"](torch.zeros(2, 3))
    told = ours.recv()["error"]
    assert told.startswith("mat1 and mat2 shapes cannot be multiplied (2x3 and 1x2)")
    assert told.endswith(f"(RuntimeError in {tmp_path / 'mine.py'}, line 4)")
    with errors_told(theirs):
        stack([nn.Sequential(nn.Linear(2, 2).requires_grad_(False))], [0], torch.zeros(2, 2))
    assert ours.recv()["error"].startswith("0.weight cannot be stacked: it is frozen")

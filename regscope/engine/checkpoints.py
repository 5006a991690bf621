"""A stack on disk: where it stands, in one safetensors file that carries its own checksum.

Checkpoints lie outside DVC's outputs, which DVC removes or restores as it sees fit, and are named
by a hash of everything that decides the numbers, the library's code included. So a rerun goes on
where the last one stopped, and one with other settings or changed code begins anew.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regscope.base import paths
from regscope.base.checksums import UNSEALED, intact, seal
from regscope.base.digests import file_sha256
from regscope.base.errors import RegscopeError
from regscope.datasets.base import DESCRIPTION_FILE
from regscope.engine.plan import Stack, Standing
from regscope.numerics import NUMERICS_VERSION

if TYPE_CHECKING:
    import numpy as np

    from regscope.training.progress import Progress


def folder_for(decisive: dict[str, Any], data: Path) -> Path:
    """The checkpoint folder of a cell, by its settings and the content of its data set."""
    digest = hashlib.sha256(json.dumps([NUMERICS_VERSION, decisive], sort_keys=True).encode())
    digest.update(_code(paths.PACKAGE))
    # What the numbers mean, their scale for one, stands beside them.
    for source in (data, data.parent / DESCRIPTION_FILE):
        digest.update(bytes.fromhex(file_sha256(source)))
    return paths.checkpoints() / digest.hexdigest()[:32]


@cache
def _code(package: Path) -> bytes:
    """Of all its sources: once, since a process computes with the code that it has loaded."""
    digest = hashlib.sha256()
    for source in sorted(package.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.digest()


def save(path: Path, progress: Progress) -> None:
    """Write where a stack stands.

    Raises OSError with the path where it cannot be written.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    tensors = {
        "numbers": torch.tensor(progress.numbers),
        "epoch": torch.tensor(progress.epoch),
        "history": progress.history,
    }
    tensors |= {f"model/{name}": tensor for name, tensor in progress.model.items()}
    tensors |= {f"optimizer/{name}": tensor for name, tensor in progress.optimizer.items()}
    tensors |= {f"memory/{name}": tensor for name, tensor in progress.memory.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        # Straight from the tensors' memory: a stack may fill most of what there is.
        whole = {name: tensor.contiguous() for name, tensor in tensors.items()}
        save_file(whole, partial, UNSEALED)
        seal(partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    except SafetensorError as error:
        raise OSError(errno.EIO, str(error), str(path)) from error
    finally:
        partial.unlink(missing_ok=True)


def load(path: Path, slots: Sequence[int] | None = None) -> Progress | None:
    """What `save` wrote, of all its places or of those in `slots`; None where nothing whole is.

    Every tensor has a leading axis of places, or is one number for all.
    """
    from safetensors.torch import load_file

    from regscope.training.progress import Progress

    if not intact(path):
        return None
    tensors = load_file(path)
    epoch, history = int(tensors.pop("epoch")), tensors.pop("history")
    numbers = tuple(tensors.pop("numbers").tolist())
    chosen = list(range(len(numbers)) if slots is None else slots)
    if chosen != list(range(len(numbers))):
        numbers = tuple(numbers[slot] for slot in chosen)
        history = history[:, chosen]
        tensors = {
            name: tensor[chosen] if tensor.dim() else tensor for name, tensor in tensors.items()
        }
    return Progress(
        numbers=numbers,
        epoch=epoch,
        history=history,
        model=_under(tensors, "model/"),
        optimizer=_under(tensors, "optimizer/"),
        memory=_under(tensors, "memory/"),
    )


def standings(folder: Path) -> list[Standing]:
    """The checkpoints in a folder that are as they were written."""
    from safetensors import safe_open

    found = []
    for path in filter(intact, _files(folder)):
        with safe_open(path, "np") as file:
            numbers, epoch = file.get_tensor("numbers"), file.get_tensor("epoch")
        found.append(Standing(path, tuple(numbers.tolist()), int(epoch)))
    return found


def remove_damaged(folder: Path, whole: Sequence[Standing]) -> list[Path]:
    """Remove all checkpoints in a folder but those that are whole; gives their paths."""
    damaged = sorted({*_files(folder)} - {standing.path for standing in whole})
    for path in damaged:
        path.unlink(missing_ok=True)
    return damaged


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.safetensors"))


def end_states(stacks: Sequence[Stack]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Weights and buffers `{plain name: [S, ...]}` and history `[columns, S, epochs]`.

    Of the places of all `stacks`, from their origins, in ascending order of their numbers. What
    optimizers remember stays on disk.

    Raises RegscopeError where one was damaged, which is removed then.
    """
    import numpy as np
    from safetensors import safe_open

    for path in {stack.origin for stack in stacks if stack.origin is not None}:
        if not intact(path):
            path.unlink(missing_ok=True)
            raise RegscopeError(
                f"{path}: damaged, and removed; run the same command again to train its seeds anew"
            )
    ascending = np.argsort([number for stack in stacks for number in stack.numbers])
    with ExitStack() as exits:
        files = [
            (exits.enter_context(safe_open(stack.origin, "np")), stack.slots) for stack in stacks
        ]

        def gathered(name: str, axis: int) -> np.ndarray:
            parts = [np.take(file.get_tensor(name), slots, axis) for file, slots in files]
            return np.take(np.concatenate(parts, axis), ascending, axis)

        names = [name for name in files[0][0].keys() if name.startswith("model/")]  # noqa: SIM118
        state = {name.removeprefix("model/"): gathered(name, 0) for name in names}
        return state, gathered("history", 1)


def _under(tensors: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }

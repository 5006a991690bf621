"""A stack on disk: where it stands, in one safetensors file.

Checkpoints lie outside DVC's outputs, which DVC removes before it runs a stage, and are named by
a hash of everything that decides the numbers, the library's code included. So a rerun goes on
where the last one stopped, and one with other settings or changed code begins anew.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import regscope
from regscope import paths
from regscope.files import write_bytes
from regscope.numerics import NUMERICS_VERSION

if TYPE_CHECKING:
    from regscope.training.loop import Progress


def folder_for(decisive: dict[str, Any], data: Path) -> Path:
    """The checkpoint folder of a cell, by its settings and its data's content."""
    digest = hashlib.sha256(json.dumps([NUMERICS_VERSION, decisive], sort_keys=True).encode())
    for source in sorted(Path(regscope.__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    with data.open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    return paths.checkpoints() / digest.hexdigest()[:32]


def save(path: Path, progress: Progress) -> None:
    import torch
    from safetensors.torch import save as to_bytes

    tensors = {"epoch": torch.tensor(progress.epoch), "history": progress.history}
    tensors |= {f"model/{name}": tensor for name, tensor in progress.model.items()}
    tensors |= {f"optimizer/{name}": tensor for name, tensor in progress.optimizer.items()}
    write_bytes(path, to_bytes({name: tensor.contiguous() for name, tensor in tensors.items()}))


def load(path: Path) -> Progress | None:
    """What `save` wrote, or None where nothing (readable) is."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from regscope.training.loop import Progress

    try:
        tensors = load_file(path)
    except (FileNotFoundError, SafetensorError):
        return None
    return Progress(
        epoch=int(tensors["epoch"]),
        history=tensors["history"],
        model=_under(tensors, "model/"),
        optimizer=_under(tensors, "optimizer/"),
    )


def _under(tensors: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }

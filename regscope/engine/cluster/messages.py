"""What goes to a worker of a cluster with its work, and what comes home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regscope.engine.messages import Epoch

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Home:
    """What a worker shares with whoever asks for its work.

    On the same machine `folder` is the working directory; elsewhere it is None, and `files` are
    those of one's own that a study's settings name, by their path. `versions` are those of the
    packages that decide bits.
    """

    folder: str | None
    files: Mapping[str, bytes]
    versions: Mapping[str, str]


@dataclass(frozen=True)
class State:
    """Where a stack stands after `epoch`: the bytes of the file that `checkpoints.save` writes."""

    epoch: int
    content: np.ndarray
    ended: bool


@dataclass(frozen=True)
class Told:
    """Epochs of a stack, then where it stands, if it is time for that, or why it cannot go on.

    What comes first names the processor that trains. `error` is as `errors_told` sends it.
    """

    processor: str | None = None
    epochs: tuple[Epoch, ...] = ()
    state: State | None = None
    error: Mapping[str, Any] | None = None

"""What was seen of a file that someone brings, and what is proposed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regscope.datasets.own import Description


@dataclass(frozen=True)
class Looked:
    """A file as a study is to have it.

    file: what goes below data/own, under the name `name`; the person's own file, or one that was
    made of it in a folder that outlives this only as long as the command runs; `others` are further
    ones, by their names there.
    data: the study's `data`, but for `path`.
    told: what was seen, a line each; warned: what its owner should look at, a line each.
    proposal: the study's further keys but for `regularizers`: title, split, model, training and
    evaluation. Methods: those cells that are proposed, kept where they fit the study.
    """

    file: Path
    name: str
    description: Description
    data: Mapping[str, Any]
    told: tuple[str, ...]
    proposal: Mapping[str, Any]
    methods: Mapping[str, Mapping[str, Any]]
    warned: tuple[str, ...] = ()
    others: Mapping[str, Path] = field(default_factory=dict)

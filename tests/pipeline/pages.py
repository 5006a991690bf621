"""The commands that a page of docs/ tells people to type."""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.pipeline.workspace import SOURCE

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """The lines of one fenced `sh` block, and the heading that it stands under."""

    heading: str
    commands: str


def blocks(page: str) -> list[Block]:
    """Every `sh` block of docs/`page`, in order."""
    _, *sections = re.split(r"^## ", (SOURCE / "docs" / page).read_text(), flags=re.MULTILINE)
    return [
        Block(section.partition("\n")[0], commands)
        for section in sections
        for commands in BLOCK.findall(section)
    ]

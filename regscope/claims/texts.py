"""Kinds of value that claims.yaml holds, and the refusal of a name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from regscope.base.lines import choose
from regscope.base.settings import refusal, text_line

LONGEST = 1000
"""Characters of a text."""

ROOM = 190
"""Characters of names to choose from: the entry's own name stands before them in the line."""


def _remark(value: Any) -> Any:
    return text_line(value, LONGEST) if value != "" else value


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(partial(text_line, most=LONGEST))]
Remark = Annotated[str, BeforeValidator(_remark)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Figures = dict[str, float]
"""What a document prints, by cell."""


def refuse(
    key: str, value: str, allowed: Iterable[str], before: str = "choose from: "
) -> PydanticCustomError:
    return refusal(key, value, choose(allowed, before, near=value, most=ROOM))

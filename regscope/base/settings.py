"""The base of every typed setting: frozen, closed, and plain in its complaints."""

from __future__ import annotations

import math
import types
from collections.abc import Iterator, Mapping
from functools import cache, reduce
from inspect import isabstract
from operator import or_
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from regscope.base.lines import choose, listed

SMALLEST, LARGEST = 2.0**-126, (2 - 2.0**-23) * 2.0**127
"""Of the numbers that single precision holds in full: networks compute in it."""


def refusal(key: str, value: Any, allowed: str) -> PydanticCustomError:
    """An error about `key` (relative to the settings that raise it), for `raise`."""
    return PydanticCustomError(
        "refusal", "{allowed}", {"key": key, "value": value, "allowed": allowed}
    )


def within(block: str, complaint: PydanticCustomError) -> PydanticCustomError:
    """A `refusal` of a key of `block`, for what holds the block to raise."""
    context = complaint.context or {}
    return refusal(f"{block}.{context['key']}", context["value"], complaint.message())


class Settings(BaseModel):
    """A block of params.yaml. Unknown keys are refused by name, with the known ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        for key, value in data.items():
            if key not in cls.model_fields:
                known = listed(cls.model_fields, near=str(key))
                raise refusal(str(key), value, f"unknown key; known here: {known}")
            for place, found, allowed in _misread(value, cls.model_fields[key].annotation):
                raise refusal(".".join((key, *place)), found, allowed)
        return data

    @model_validator(mode="after")
    def _in_single_precision(self) -> Settings:
        for name in type(self).model_fields:
            for place, number in _floats(getattr(self, name)):
                size = abs(number)
                if LARGEST < size < math.inf:
                    allowed = f"must be at most {LARGEST:.2g}, which single precision holds"
                elif 0 < size < SMALLEST:
                    allowed = f"is 0 in single precision: at least {SMALLEST:.2g}"
                else:
                    continue
                raise refusal(".".join((name, *place)), number, allowed)
        return self


def left_out(default: Any) -> Any:
    """A field that dumps leave out where it holds its default.

    For settings that came later: what is dumped decides whether results are still a study's, and
    stays what it was where nobody asks for them.
    """
    return Field(default, exclude_if=lambda value: bool(value == default))


def chosen_by(key: str, members: Mapping[str, type[Settings]]) -> Any:
    """The type of a block that is one of `members`: which, its own `key` says."""

    def known(block: Any) -> Any:
        if isinstance(block, dict):
            if key not in block:
                raise refusal(key, None, f"must be given; {choose(members)}")
            if block[key] not in list(members):
                raise refusal(key, block[key], choose(members))
            member = members[block[key]]
            if isabstract(member):
                lacking = ", ".join(sorted(member.__abstractmethods__))
                where = f"{member.__module__}.{member.__name__}"
                raise refusal(key, block[key], f"{where} lacks {lacking}")
        return block

    any_of_them: Any = reduce(or_, members.values())
    return Annotated[any_of_them, Field(discriminator=key), BeforeValidator(known)]


def text_line(value: Any, most: int) -> str:
    """`value`, where it is one line of text that can be read, of at most `most` characters.

    It stands in tables, figures and titles of pages. Raises a `refusal` of its key.
    """
    if not isinstance(value, str) or not value.strip():
        raise refusal("", value, "must be text; put a number in quotes")
    line = value.strip()
    if len(line) > most:
        raise refusal("", value, f"must be at most {most} characters, not {len(line)}")
    if not line.isprintable():
        raise refusal("", value, "must be one line of text without control characters")
    return line


Place = tuple[str, ...]


def _misread(value: Any, annotation: Any) -> Iterator[tuple[Place, Any, str]]:
    """Where in `value` stands what pydantic would take for a number or a truth, and is none.

    It takes true for 1, and 1, "yes" and "no" for true and false.
    """
    kinds = _members(annotation)
    number = int in kinds or float in kinds
    truth = bool in kinds or any(
        isinstance(choice, bool)
        for kind in kinds
        if get_origin(kind) is Literal
        for choice in get_args(kind)
    )
    if isinstance(value, bool):
        if number and not truth:
            yield (), value, "must be a number, not true or false"
    elif isinstance(value, str | int | float):
        if bool in kinds and not number and str not in kinds:
            yield (), value, "must be true or false"
    elif isinstance(value, list | tuple | dict):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, entry in pairs:
            for kind in kinds:
                for place, found, allowed in _misread(entry, _entries(kind, key)):
                    yield (str(key), *place), found, allowed


def _members(annotation: Any) -> tuple[Any, ...]:
    """The kinds of value that an annotation allows, without what is annotated of them."""
    try:
        return _known_members(annotation)
    except TypeError:
        # Something is annotated that has no hash.
        return _listed_members(annotation)


@cache
def _known_members(annotation: Any) -> tuple[Any, ...]:
    return _listed_members(annotation)


def _listed_members(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(kind for member in get_args(annotation) for kind in _members(member))
    return (annotation,)


def _entries(kind: Any, key: Any) -> Any:
    """The annotation of what a list or a mapping of that kind holds at `key`; None for others."""
    arguments = [part for part in get_args(kind) if part is not Ellipsis]
    if get_origin(kind) is dict:
        return arguments[1]
    if get_origin(kind) in (tuple, list) and isinstance(key, int):
        return arguments[min(key, len(arguments) - 1)]
    return None


def _floats(value: Any) -> Iterator[tuple[Place, float]]:
    """The floats of a value and where in it they stand; other settings look after their own."""
    if isinstance(value, float):
        yield (), value
    elif isinstance(value, tuple | dict):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, entry in pairs:
            for place, found in _floats(entry):
                yield (str(key), *place), found

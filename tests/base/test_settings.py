"""A block that is one of several kinds, of which its own key says which."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Literal

import pytest
from pydantic import TypeAdapter, ValidationError

from regscope.base.settings import Settings, chosen_by


class Whole(Settings):
    kind: Literal["whole"] = "whole"


class Partial(Settings):
    kind: Literal["partial"] = "partial"

    @abstractmethod
    def build(self) -> None: ...

    @abstractmethod
    def also(self) -> None: ...


EITHER: TypeAdapter[Settings] = TypeAdapter(chosen_by("kind", {"whole": Whole, "partial": Partial}))


def refused(block: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as error:
        EITHER.validate_python(block)
    (only,) = error.value.errors()
    return f"{only['ctx']['key']} = {only['ctx']['value']}: {only['msg']}"


def test_a_kind_that_is_whole() -> None:
    assert EITHER.validate_python({"kind": "whole"}) == Whole()


def test_a_class_that_lacks_methods_is_named_with_what_it_lacks() -> None:
    assert refused({"kind": "partial"}) == (
        "kind = partial: tests.base.test_settings.Partial lacks also, build"
    )


def test_a_kind_that_is_not_there() -> None:
    assert refused({"kind": "other"}) == "kind = other: choose from: whole, partial"
    assert refused({}) == "kind = None: must be given; choose from: whole, partial"

"""A block that is one of several kinds, of which its own key says which."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Any, Literal

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


class Noted(Settings):
    """With something beside its types that has no hash."""

    count: Annotated[int, {"unit": "seeds"}] = 1
    several: tuple[Annotated[float, {"unit": "nats"}], ...] = ()


def test_what_is_annotated_may_have_no_hash() -> None:
    assert Noted.model_validate({"count": 2, "several": [0.5, 1]}) == Noted(
        count=2, several=(0.5, 1.0)
    )
    for wrong in ({"count": True}, {"several": [1, False]}):
        with pytest.raises(ValidationError) as error:
            Noted.model_validate(wrong)
        assert "must be a number, not true or false" in str(error.value)

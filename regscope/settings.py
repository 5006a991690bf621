"""The base of every typed setting: frozen, closed, and plain in its complaints."""

from __future__ import annotations

from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError


def refusal(key: str, value: Any, allowed: str) -> PydanticCustomError:
    """An error about `key` (relative to the settings that raise it), for `raise`."""
    return PydanticCustomError(
        "refusal", "{allowed}", {"key": key, "value": value, "allowed": allowed}
    )


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
                known = ", ".join(cls.model_fields)
                raise refusal(str(key), value, f"unknown key; known here: {known}")
            # pydantic would take true for 1.
            if isinstance(value, bool) and _is_number(cls.model_fields[key].annotation):
                raise refusal(key, value, "must be a number, not true or false")
        return data


def _is_number(annotation: Any) -> bool:
    members = get_args(annotation) or (annotation,)
    bare = [
        get_args(member)[0] if get_origin(member) is Annotated else member for member in members
    ]
    return int in bare or float in bare

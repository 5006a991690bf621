"""What is wrong with params.yaml, in one line: `key = value: what is allowed`."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from regscope.base.lines import choose, listed, shown


def one_line(error: ValidationError, raw: Any, whole: str = "the file") -> str:
    """The first complaint, as `key = value: what is allowed`; keys that are missing all at once.

    `whole` is what is complained of where it is no single key.
    """
    complaints = error.errors(include_url=False)
    first = complaints[0]
    context = first.get("ctx", {})
    if first["type"] == "refusal":
        keys = _written_keys((*first["loc"], *context["key"].split(".")), raw)
        value, allowed = context["value"], context["allowed"]
        told = "" if value is None else _told(value)
    else:
        *above, last = first["loc"] or ("",)
        if first["type"] == "missing" and isinstance(last, str):
            # Told for certain: a value elsewhere in the block may read the same.
            keys = [*_written_keys(tuple(above), raw), last]
        else:
            keys = _written_keys(first["loc"], raw)
        told = "" if first["type"] == "missing" else _told(first["input"])
        allowed = _allowed(first)
    missing = [found for found in complaints if _missing_beside(found, first)]
    if len(missing) > 1:
        names = listed(found["loc"][-1] for found in missing)
        keys, allowed = keys[:-1], f"must be given: {names}"
        if not keys:
            return allowed
    return f"{'.'.join(shown(key, 40) or '(no name)' for key in keys) or whole}{told}: {allowed}"


def _missing_beside(found: Any, first: Any) -> bool:
    """Whether both are keys that a mapping lacks, and the same mapping."""
    return (
        found["type"] == first["type"] == "missing"
        and found["loc"][:-1] == first["loc"][:-1]
        and isinstance(found["loc"][-1], str)
    )


def _told(value: Any) -> str:
    """` = value` as YAML spells it; nothing for a mapping, which would fill the line."""
    return "" if isinstance(value, dict) else f" = {shown(value)}"


def _written_keys(location: tuple[Any, ...], raw: Any) -> list[str]:
    """The keys as they stand in the file: pydantic's location also names union members and
    the setting that a bare number stands for."""
    keys: list[str] = []
    for part in location:
        if isinstance(raw, dict) and (part in raw or not keys):
            keys.append(str(part))
            raw = raw.get(part)
        elif isinstance(raw, list) and str(part).isdigit() and int(part) < len(raw):
            keys.append(str(part))
            raw = raw[int(part)]
        elif isinstance(raw, dict) and part == location[-1] and not _stands_for(part, raw):
            keys.append(str(part))
    return keys


def _stands_for(part: Any, raw: dict[Any, Any]) -> bool:
    """Whether pydantic so names a key itself, or the member of a union that a value chooses."""
    return part == "[key]" or part in list(raw.values())


def _allowed(first: Any) -> str:
    context = first.get("ctx", {})
    match first["type"]:
        case "greater_than_equal":
            return f"must be at least {context['ge']:g}"
        case "greater_than":
            return f"must be greater than {context['gt']:g}"
        case "less_than":
            return f"must be less than {context['lt']:g}"
        case "less_than_equal":
            return f"must be at most {context['le']:g}"
        case "missing":
            return "needs another entry" if isinstance(first["loc"][-1], int) else "must be given"
        case "literal_error":
            return choose(context["expected"].replace("'", "").replace(" or ", ", ").split(", "))
        case "float_parsing" | "float_type":
            return "must be a number"
        case "int_parsing" | "int_type" | "int_from_float":
            return "must be a whole number"
        case "finite_number":
            return "must be a finite number"
        case "bool_type" | "bool_parsing":
            return "must be true or false"
        case "string_type":
            return "must be a name"
        case "string_pattern_mismatch":
            return "must be a name of letters, digits and underscores"
        case "string_too_long":
            return f"must be a name of at most {context['max_length']} characters"
        case "tuple_type":
            return "must be a list"
        case "too_short":
            return f"must be a list of at least {context['min_length']}"
        case "too_long":
            return f"must be a list of at most {context['max_length']}"
        case "dict_type" | "model_type" | "model_attributes_type":
            return "must be a mapping"
        case _:
            message: str = first["msg"]
            return message[0].lower() + message[1:]

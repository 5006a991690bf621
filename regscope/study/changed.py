"""A study with some of its settings changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.study.params import Study


def changed(study: Study, **blocks: Mapping[str, Any]) -> Study:
    """The study with these settings in its blocks, the others as they are.

    Raises RegscopeError: one line that names the key, its value and what is allowed.
    """
    raw = study.model_dump(mode="json", exclude_none=True)
    for name, settings in blocks.items():
        raw[name] |= settings
    try:
        return Study.model_validate(raw)
    except ValidationError as error:
        raise RegscopeError(one_line(error, raw)) from error

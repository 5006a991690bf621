"""Files of settings beside params.yaml, which speak of its studies."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.base.settings import Settings
from regscope.base.yaml_files import read_yaml
from regscope.study.params import Params

S = TypeVar("S", bound=Settings)


def read_beside(kind: type[S], path: Path, params: Params) -> S:
    """Read a file and hold it against the studies of params.yaml, which is its context.

    Raises RegscopeError: one line that names the file, the key, its value and what is allowed.
    """
    raw = read_yaml(path, "params.yaml")
    try:
        return kind.model_validate(raw, context=params.studies)
    except ValidationError as error:
        raise RegscopeError(f"{path}: {one_line(error, raw)}") from error

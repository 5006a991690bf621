"""Published figures, as data: published.yaml."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError

from regscope.errors import RegscopeError
from regscope.settings import Settings

Fraction = Annotated[float, Field(ge=0, le=1)]


class Document(Settings):
    """One table of one document: what single runs gave, by the cell of `study` that repeats them.

    file: the document's file name; section: the table in it.
    unstated: what the document leaves open, so that the study had to choose it.
    runs: `{reg: value}`, accuracies as fractions.
    """

    file: str
    section: str
    title: str
    study: str
    measure: Literal["test_accuracy"]
    unstated: str
    runs: Annotated[dict[str, Fraction], Field(min_length=1)]


class Published(Settings):
    documents: tuple[Document, ...]


def load_published(path: Path | None = None) -> tuple[Document, ...]:
    """Read and check the published figures; by default those that come with the package.

    Raises RegscopeError: one line that names the key and what is wrong with it.
    """
    name = path or "published.yaml"
    text = path.read_text() if path else (files(__package__) / "published.yaml").read_text()
    try:
        return Published.model_validate(yaml.safe_load(text)).documents
    except yaml.YAMLError as error:
        raise RegscopeError(f"{name}: not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise RegscopeError(f"{name}: {_one_line(error)}") from error


def _one_line(error: ValidationError) -> str:
    first: Any = error.errors(include_url=False)[0]
    context = first.get("ctx", {})
    if first["type"] == "refusal":
        return _at([*first["loc"], context["key"]], context["allowed"])
    return _at(first["loc"], first["msg"])


def _at(location: Any, complaint: str) -> str:
    return f"{'.'.join(str(part) for part in location)}: {complaint}"

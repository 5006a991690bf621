"""Published figures, as data: published.yaml."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from regscope.base.errors import RegscopeError
from regscope.base.settings import Settings, refusal
from regscope.base.yaml_files import parse_yaml

Value = Annotated[float, Field(ge=0)]


class Document(Settings):
    """One table of one document: what single runs gave, by the cell of `study` that repeats them.

    file: the document's file name; section: the table in it.
    unstated: what the document leaves open, so that the study had to choose it.
    runs: `{reg: value}`, accuracies as fractions, losses in nats.
    """

    file: str
    section: str
    title: str
    study: str
    measure: Literal["test_accuracy", "test_loss", "train_loss"]
    unstated: str
    runs: Annotated[dict[str, Value], Field(min_length=1)]

    @model_validator(mode="after")
    def _accuracies_are_fractions(self) -> Document:
        for reg, run in self.runs.items():
            if self.of_accuracy and run > 1:
                raise refusal(f"runs.{reg}", run, "an accuracy from 0 to 1")
        return self

    @property
    def of_accuracy(self) -> bool:
        return self.measure == "test_accuracy"

    @property
    def place(self) -> str:
        """The table, and what of it where that is not accuracy: `Table 1, training loss`."""
        losses = {"test_loss": ", test loss", "train_loss": ", training loss"}
        return self.section + losses.get(self.measure, "")


class Published(Settings):
    documents: tuple[Document, ...]


def load_published(path: Path | None = None) -> tuple[Document, ...]:
    """Read and check the published figures; by default those that come with the package.

    Raises RegscopeError: one line that names the key and what is wrong with it.
    """
    name = path or "published.yaml"
    text = path.read_text() if path else (files(__package__) / "published.yaml").read_text()
    try:
        return Published.model_validate(parse_yaml(text, str(name))).documents
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

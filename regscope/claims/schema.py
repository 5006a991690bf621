"""claims.yaml, typed: what a document says, and how it is held against a study."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from regscope.base.complaints import one_line
from regscope.base.settings import Settings, refusal, text_line
from regscope.claims.checks import (
    LEVELS,
    Comparison,
    check_comparison,
    check_measure,
    check_names,
    check_reading,
    refuse,
)
from regscope.claims.measures import Measure, parse
from regscope.claims.rule import Rule
from regscope.study.params import BASELINE, Name

LONGEST = 1000
"""Characters of a text."""


def _remark(value: Any) -> Any:
    return text_line(value, LONGEST) if value != "" else value


def _kebab(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        raise refusal("", value, "must be lower-case words joined by hyphens")
    return value


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _texts(value: Any) -> Any:
    """YAML reads the class names of digits as numbers."""
    return [str(entry) for entry in value] if isinstance(value, list) else value


Text = Annotated[str, BeforeValidator(partial(text_line, most=LONGEST))]
Remark = Annotated[str, BeforeValidator(_remark)]
Id = Annotated[Text, AfterValidator(_kebab)]
Cells = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]


class _Entry(Settings):
    """Who says it: the document's file name and the section in it; and what, in other words."""

    id: Id
    document: str
    section: Text
    statement: Text

    @model_validator(mode="after")
    def _document_is_known(self, info: ValidationInfo) -> _Entry:
        if info.context and self.document not in info.context.documents:
            raise refuse("document", self.document, info.context.documents)
        return self


class Untestable(_Entry):
    """A statement that no measurement here can decide, and why."""

    reason: Text


class Claim(_Entry):
    """One checkable statement.

    study: where it is tested. cell: the cell or cells that it is about. against: what they are
    compared with; by default the baseline, for `highest` and `lowest` the others that were
    compared. Of several pairs the hardest decides.
    measure: see regscope/claims/measures.py; layer, pair and at go with its prefixes.
    comparison: `higher` and `lower`, `highest` and `lowest` of two cells, `equal` within `margin`
    (the rule's, if not given), `at_least` and `at_most` of a cell's own level and `threshold`,
    `value` of one published run.
    reported: what the document printed, by cell.
    sizes_compare: false where what is printed measures something else (a loss with its penalty),
    and only its direction counts.
    assumed: the cells whose strength the document does not state. unstated: what else it leaves
    open.
    deterministic: why the level is the same whatever the seed; it is then no matter for a test.
    hardly_fails: why the claim would hold of almost any network. set_knowing: which number of the
    entry was chosen when results were known.
    readings: where the sentence may be read otherwise, the keys that are then other (null: none).
    measured_by: how the wording was translated.
    """

    study: str
    measure: str
    layer: str | None = None
    pair: Annotated[tuple[str, str] | None, BeforeValidator(_texts)] = None
    at: Literal["best", "strongest"] | None = None
    comparison: Comparison
    cell: Cells
    against: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    threshold: float | None = None
    margin: Annotated[float, Field(gt=0)] | None = None
    reported: dict[str, float] = {}
    sizes_compare: bool = True
    assumed: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    unstated: Remark = ""
    deterministic: Remark = ""
    hardly_fails: Remark = ""
    set_knowing: Remark = ""
    readings: tuple[dict[str, Any], ...] = ()
    measured_by: Text

    @property
    def parsed(self) -> Measure:
        parsed = parse(self.measure)
        assert parsed is not None
        return parsed

    @property
    def others(self) -> tuple[str, ...]:
        """The cells that `cell` is compared with; none for a level or a value."""
        if self.comparison in (*LEVELS, "value"):
            return ()
        return self.against or (BASELINE,)

    @property
    def every_reading(self) -> tuple[Claim, ...]:
        """The claim once for each reading, the one written out first."""
        return self, *(Claim.model_validate(self._read(keys)) for keys in self.readings)

    def _read(self, keys: Mapping[str, Any]) -> dict[str, Any]:
        own = self.model_dump(exclude_unset=True, exclude={"readings"}) | dict(keys)
        return {key: value for key, value in own.items() if value is not None}

    @model_validator(mode="after")
    def _fits_together(self, info: ValidationInfo) -> Claim:
        check_measure(self)
        if info.context:
            check_names(self, info.context)
        check_comparison(self)
        for number, keys in enumerate(self.readings):
            check_reading(number, keys)
            raw = self._read(keys)
            try:
                Claim.model_validate(raw, context=info.context)
            except ValidationError as error:
                raise refusal(f"readings.{number}", None, one_line(error, raw)) from error
        return self


class Header(Settings):
    """The whole of claims.yaml, its entries still unchecked.

    documents: `{file name: title}` of those that are quoted. planned_studies: names that are not
    in params.yaml yet; claims about them are not run.
    """

    rule: Rule
    documents: dict[str, Text]
    planned_studies: tuple[Name, ...] = ()
    claims: tuple[dict[str, Any], ...]
    untestable: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Claims:
    """The checked entries."""

    rule: Rule
    documents: Mapping[str, str]
    claims: tuple[Claim, ...]
    untestable: tuple[Untestable, ...]

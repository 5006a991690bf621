"""claims.yaml, typed: what a document says, and how it is held against a study."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ValidationInfo, model_validator

from regscope.base.settings import Settings, refusal
from regscope.claims.check import AnyCheck, Level, Scope, Value
from regscope.claims.measures import OVER_TABLES, choices, parse
from regscope.claims.published import Published
from regscope.claims.rule import Rule
from regscope.claims.texts import Names, Remark, Text, refuse
from regscope.study.params import Name


def _kebab(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        raise refusal("", value, "must be lower-case words joined by hyphens")
    return value


class _Entry(Settings):
    """Where a document says it; and what, in other words."""

    id: Annotated[Text, AfterValidator(_kebab)]
    section: Text
    statement: Text


class UntestableEntry(_Entry):
    """A statement that no measurement here can decide, and why."""

    reason: Text


class Reading(Settings):
    """One way to read a sentence.

    measured_by: how the wording was translated; by default in the words that the group or the file
    has for the measure.
    """

    check: AnyCheck
    measured_by: Remark = ""

    @model_validator(mode="after")
    def _in_words(self, info: ValidationInfo) -> Self:
        scope: Scope | None = info.context
        if self.measured_by or not scope:
            return self
        measure = self.check.measure
        table = scope.published.get(measure) if isinstance(self.check, Value) else None
        words = (table.measured_by if table else "") or scope.words.get(measure)
        if not words:
            raise refusal("measured_by", None, f"must be given with measure {measure}")
        return self.model_copy(update={"measured_by": words})


class ClaimEntry(Reading, _Entry):
    """One checkable statement.

    readings: where the sentence may be read otherwise, all ways but the first.
    hardly_fails: why the claim would hold of almost any network. set_knowing: which number of the
    entry was chosen when results were known. headline: whether it is what the document says which
    method to take; one of each.
    """

    readings: tuple[Reading, ...] = ()
    hardly_fails: Remark = ""
    set_knowing: Remark = ""
    headline: bool = False


class Group(Settings):
    """What one document says that one study can test; its entries still unchecked.

    assumed: the cells whose strength the document does not state. unstated: what else it leaves
    open. departs: where it states a setting, and ours is another. published: its printed figures.
    measured_by: `{measure: words}` that go before the file's.
    """

    document: str
    study: str
    assumed: Names = ()
    unstated: Remark = ""
    departs: Remark = ""
    published: tuple[Published, ...] = ()
    measured_by: dict[str, Text] = {}
    claims: tuple[dict[str, Any], ...] = ()
    untestable: tuple[dict[str, Any], ...] = ()

    @model_validator(mode="after")
    def _a_measure_once(self) -> Group:
        measures = [table.measure for table in self.published]
        for number, measure in enumerate(measures):
            if measure in measures[:number]:
                raise refusal(f"published.{number}.measure", measure, "stands there twice")
        _check_words(self.measured_by)
        return self


@dataclass(frozen=True)
class Known:
    """What params.yaml has: `layers` by study, None of a network that is not made for this, and the
    cells of any study; and the arms that advice may have."""

    layers: Mapping[str, tuple[str, ...] | None]
    regs: tuple[str, ...]
    arms: tuple[str, ...]


class File(Settings):
    """The whole of claims.yaml.

    documents: `{file name: title}` of those that are quoted. planned_studies: names that are not
    in params.yaml yet; claims about them are not run. measured_by: `{measure: words}`, how what
    documents say is translated where a check does not say otherwise.
    """

    rule: Rule
    documents: dict[str, Text]
    planned_studies: tuple[Name, ...] = ()
    measured_by: dict[str, Text] = {}
    groups: tuple[Group, ...]

    @model_validator(mode="after")
    def _names_exist(self, info: ValidationInfo) -> File:
        _check_words(self.measured_by)
        context: Any = info.context
        known: Known = context
        studies = (*known.layers, *self.planned_studies, OVER_TABLES)
        for number, group in enumerate(self.groups):
            for key, value, allowed in _named(group, self.documents, studies, known):
                if value not in allowed:
                    raise refuse(f"groups.{number}.{key}", value, allowed)
        return self


def _check_words(words: Mapping[str, str]) -> None:
    for measure in words:
        if parse(measure) is None:
            raise refuse("measured_by", measure, choices(measure))


def _named(
    group: Group, documents: Mapping[str, str], studies: tuple[str, ...], known: Known
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """`(key, name, names that there are)`."""
    yield "document", group.document, tuple(documents)
    yield "study", group.study, studies
    for cell in group.assumed:
        yield "assumed", cell, known.regs
    for number, table in enumerate(group.published):
        measure = parse(table.measure)
        of_advice = measure is not None and measure.table == "advice"
        for cell in table.runs:
            yield f"published.{number}.runs", cell, known.arms if of_advice else known.regs


@dataclass(frozen=True)
class Claim:
    """One checkable statement with what its group says; `assumed` are cells of its own."""

    id: str
    document: str
    section: str
    statement: str
    study: str
    check: AnyCheck
    measured_by: str
    readings: tuple[Reading, ...] = ()
    assumed: tuple[str, ...] = ()
    unstated: str = ""
    departs: str = ""
    hardly_fails: str = ""
    set_knowing: str = ""
    headline: bool = False

    @property
    def deterministic(self) -> str:
        """Why its level is the same in every seed; empty where it need not be."""
        return self.check.deterministic if isinstance(self.check, Level) else ""

    @property
    def every_reading(self) -> tuple[Claim, ...]:
        """The claim once for each reading, the one written out first."""
        others = (
            replace(self, check=other.check, measured_by=other.measured_by, readings=())
            for other in self.readings
        )
        return replace(self, readings=()), *others


@dataclass(frozen=True)
class Untestable:
    id: str
    document: str
    section: str
    statement: str
    reason: str


@dataclass(frozen=True)
class Claims:
    """The checked entries. `groups` has what is printed."""

    rule: Rule
    documents: Mapping[str, str]
    claims: tuple[Claim, ...]
    untestable: tuple[Untestable, ...]
    groups: tuple[Group, ...] = ()

"""claims.yaml read and held against params.yaml, with one-line complaints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from regscope.base import paths
from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.base.lines import shown
from regscope.base.yaml_files import read_yaml
from regscope.claims.advised import ARMS
from regscope.claims.check import Scope
from regscope.claims.schema import (
    Claim,
    ClaimEntry,
    Claims,
    File,
    Group,
    Known,
    Untestable,
    UntestableEntry,
)
from regscope.study.params import Params

Entry = TypeVar("Entry", bound=BaseModel)


def load_claims(params: Params, path: Path = paths.CLAIMS_FILE) -> Claims:
    """Read and check claims.yaml against the studies and cells of params.yaml.

    Raises RegscopeError: one line that names the file, the entry, the key, its value and what is
    allowed.
    """
    raw = read_yaml(path, "claims.yaml")
    layers = {
        name: None if study.model.found_late else tuple(study.model.layer_names())
        for name, study in params.studies.items()
    }
    known = Known(layers, params.regs, ARMS)
    try:
        file = File.model_validate(raw, context=known)
    except ValidationError as error:
        raise RegscopeError(f"{path}: {one_line(error, raw)}") from error
    claims: list[Claim] = []
    untestable: list[Untestable] = []
    for number, group in enumerate(file.groups):
        place = f"{path}: groups.{number}"
        scope = Scope(
            group.study,
            known.regs,
            known.arms,
            layers.get(group.study),
            file.measured_by | group.measured_by,
            {table.measure: table for table in group.published},
        )
        for name, entry in _named(group.claims, f"{place}.claims"):
            claims.append(claim_of(_checked(ClaimEntry, entry, f"{path}: {name}", scope), group))
        for name, entry in _named(group.untestable, f"{place}.untestable"):
            read = _checked(UntestableEntry, entry, f"{path}: {name}", scope)
            untestable.append(
                Untestable(read.id, group.document, read.section, read.statement, read.reason)
            )
    names = Counter([*(claim.id for claim in claims), *(entry.id for entry in untestable)])
    for name, count in names.items():
        if count > 1:
            raise RegscopeError(f"{path}: {name}: id = {name}: stands {count} times; every id once")
    leading = Counter(claim.document for claim in claims if claim.headline)
    for document, count in leading.items():
        if count > 1:
            raise RegscopeError(
                f"{path}: {document}: headline = true: of {count} claims; of a document one at most"
            )
    return Claims(file.rule, file.documents, tuple(claims), tuple(untestable), file.groups)


def claim_of(entry: ClaimEntry, group: Group) -> Claim:
    """The entry with what its group says once for all."""
    compared = {cell for one in (entry, *entry.readings) for cell in one.check.compared}
    return Claim(
        entry.id,
        group.document,
        entry.section,
        entry.statement,
        group.study,
        entry.check,
        entry.measured_by,
        entry.readings,
        tuple(cell for cell in group.assumed if cell in compared),
        group.unstated,
        group.departs,
        entry.hardly_fails,
        entry.set_knowing,
        entry.headline,
    )


def _named(entries: tuple[dict[str, Any], ...], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each with its id, as it is told."""
    for number, entry in enumerate(entries):
        if "id" not in entry:
            raise RegscopeError(f"{place}.{number}.id: must be given")
        yield shown(entry["id"]), entry


def _checked(kind: type[Entry], entry: dict[str, Any], place: str, scope: Scope) -> Entry:
    try:
        return kind.model_validate(entry, context=scope)
    except ValidationError as error:
        raise RegscopeError(f"{place}: {one_line(error, entry)}") from error

"""claims.yaml read and held against params.yaml, with one-line complaints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from regscope.base import paths
from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.base.lines import shown
from regscope.base.yaml_files import read_yaml
from regscope.claims.checks import Known
from regscope.claims.schema import Claim, Claims, Header, Untestable
from regscope.study.params import Params

Entry = TypeVar("Entry", bound=BaseModel)


def load_claims(params: Params, path: Path = paths.CLAIMS_FILE) -> Claims:
    """Read and check claims.yaml against the studies and cells of params.yaml.

    Raises RegscopeError: one line that names the file, the entry, the key, its value and what is
    allowed.
    """
    raw = read_yaml(path, "claims.yaml")
    try:
        header = Header.model_validate(raw)
    except ValidationError as error:
        raise RegscopeError(f"{path}: {one_line(error, raw)}") from error
    known = known_names(params, header)
    claims = [_checked(Claim, entry, known, path) for entry in _named(header.claims, path)]
    untestable = [
        _checked(Untestable, entry, known, path) for entry in _named(header.untestable, path)
    ]
    names = Counter(entry.id for entry in (*claims, *untestable))
    for name, count in names.items():
        if count > 1:
            raise RegscopeError(f"{path}: {name}: id = {name}: stands {count} times; every id once")
    return Claims(header.rule, header.documents, tuple(claims), tuple(untestable))


def known_names(params: Params, header: Header) -> Known:
    """The names of params.yaml, and the studies that are only planned."""
    return Known(
        documents=tuple(header.documents),
        studies=tuple(dict.fromkeys((*params.studies, *header.planned_studies))),
        regs=params.regs,
        layers={name: tuple(study.model.layer_names()) for name, study in params.studies.items()},
    )


def _named(entries: Sequence[dict[str, Any]], path: Path) -> Sequence[dict[str, Any]]:
    for position, entry in enumerate(entries, start=1):
        if "id" not in entry:
            document = shown(entry.get("document"))
            raise RegscopeError(
                f"{path}: entry {position} (document {document}): id: must be given"
            )
    return entries


def _checked(kind: type[Entry], entry: dict[str, Any], known: Known, path: Path) -> Entry:
    try:
        return kind.model_validate(entry, context=known)
    except ValidationError as error:
        raise RegscopeError(f"{path}: {shown(entry['id'])}: {one_line(error, entry)}") from error

"""params.yaml, typed: everything is checked before anything runs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import Field, ValidationError, create_model, model_validator
from pydantic_core import PydanticCustomError

from regscope import paths
from regscope.datasets import SOURCES, Source, SplitSettings
from regscope.errors import RegscopeError
from regscope.models import KINDS, ModelSettings
from regscope.regularizers import REGULARIZERS, Regularizer, Target
from regscope.settings import Settings, refusal
from regscope.training.settings import Training

BASELINE = "none"


class _Cell(Settings):
    """One line of a study's `regularizers`: the methods of one cell, which compose."""

    def methods(self) -> list[Regularizer]:
        """The methods that act, in the order in which they act."""
        named = [getattr(self, name) for name in type(self).model_fields]
        return sorted(
            (method for method in named if method is not None and not method.inert),
            key=lambda method: (method.order, method.name),
        )


if TYPE_CHECKING:
    Cell = _Cell
    Data = Source
    Model = ModelSettings
else:
    Cell = create_model(
        "Cell",
        __base__=_Cell,
        **{name: (cls | None, None) for name, cls in REGULARIZERS.items()},
    )
    Data = Annotated[reduce(or_, SOURCES.values()), Field(discriminator="source")]
    Model = Annotated[reduce(or_, KINDS.values()), Field(discriminator="kind")]


class Study(Settings):
    """One data set, one network, one way of training, and a cell for every name in `regs`."""

    title: str
    data: Data
    split: SplitSettings
    model: Model
    training: Training
    regularizers: dict[str, Cell | None]

    @property
    def cells(self) -> dict[str, _Cell]:
        """The cells that belong to this study."""
        return {name: cell for name, cell in self.regularizers.items() if cell is not None}

    @model_validator(mode="after")
    def _cells_fit(self) -> Study:
        target = Target(self.model.layer_names(), self.model.slot_names(), self.data.kind)
        for name, cell in self.cells.items():
            for method in cell.methods():
                try:
                    method.check(target)
                except PydanticCustomError as error:
                    context = error.context or {}
                    raise refusal(
                        f"regularizers.{name}.{context['key']}", context["value"], error.message()
                    ) from error
        if baseline := self.cells.get(BASELINE):
            for method in baseline.methods():
                raise refusal(
                    f"regularizers.{BASELINE}.{method.name}",
                    getattr(method, method.main),
                    f"{BASELINE} is what the others are held against and must be {{}}",
                )
        return self

    @property
    def train_size(self) -> int:
        """The number of training examples, validation included."""
        return self.split.train or self.data.official_train or 0

    @model_validator(mode="after")
    def _split_fits(self) -> Study:
        split = self.split
        available = self.data.official_train or self.data.size - 1
        if split.train is None and self.data.official_train is None:
            raise refusal(
                "split.train",
                None,
                f"{self.data.source} has no official training set: give a number from 2 to"
                f" {available}",
            )
        if self.train_size > available:
            raise refusal("split.train", split.train, f"at most {available} for {self.data.source}")
        if split.validation > self.train_size - 2:
            raise refusal(
                "split.validation", split.validation, f"at most {self.train_size - 2} here"
            )
        return self

    @model_validator(mode="after")
    def _batches_fit(self) -> Study:
        size = self.training.batch_size
        for examples in (self.train_size, self.train_size - self.split.validation):
            for name, cell in self.cells.items():
                if examples % size == 1 and any(m.name == "batch_norm" for m in cell.methods()):
                    raise refusal(
                        "training.batch_size",
                        size,
                        f"leaves a last batch of one of {examples} examples, which"
                        f" regularizers.{name}.batch_norm cannot normalize: choose another size",
                    )
        return self


class Params(Settings):
    """The whole of params.yaml.

    study: the study that `dvc repro` rebuilds, one of `studies`.
    reg: the regularizer that metrics/review.json holds against `none`.
    regs: the cells that every study has (or says `null` to).
    """

    study: str
    reg: str
    regs: Annotated[tuple[str, ...], Field(min_length=1)]
    studies: dict[str, Study]

    @model_validator(mode="after")
    def _switches(self) -> Params:
        if BASELINE not in self.regs:
            raise refusal("regs", list(self.regs), f"must hold {BASELINE}, the baseline")
        if len(set(self.regs)) < len(self.regs):
            raise refusal("regs", list(self.regs), "every name once")
        for name, study in self.studies.items():
            for reg in self.regs:
                if reg not in study.regularizers:
                    raise refusal(
                        f"studies.{name}.regularizers",
                        None,
                        f"has no {reg}, which is in regs: add it, or {reg}: null to leave it out",
                    )
            for reg in study.regularizers:
                if reg not in self.regs:
                    raise refusal(
                        f"studies.{name}.regularizers.{reg}",
                        None,
                        f"not in regs; regs has: {', '.join(self.regs)}",
                    )
            if study.regularizers[BASELINE] is None:
                raise refusal(f"studies.{name}.regularizers.{BASELINE}", None, "must be {}")
        if self.study not in self.studies:
            raise refusal("study", self.study, f"choose from: {', '.join(self.studies)}")
        self.check_reg(self.study, self.reg)
        return self

    def check_reg(self, study: str, reg: str) -> None:
        """Refuse a `reg` that cannot be held against the baseline in `study`."""
        cells = [name for name in self.studies[study].cells if name != BASELINE]
        if reg == BASELINE:
            allowed = f"{BASELINE} is the baseline; choose from: {', '.join(cells)}"
        elif reg in self.regs:
            allowed = f"null in study {study}, whose cells are: {', '.join(cells)}"
        else:
            allowed = f"choose from: {', '.join(cells)}"
        if reg not in cells:
            raise refusal("reg", reg, allowed)


def load_params(path: Path = paths.PARAMS) -> Params:
    """Read and check params.yaml.

    Raises RegscopeError: one line that names the key, its value and what is allowed.
    """
    try:
        raw = yaml.safe_load(path.read_text())
    except FileNotFoundError as error:
        raise RegscopeError(f"{path}: no such file; run this where params.yaml lies") from error
    except yaml.YAMLError as error:
        raise RegscopeError(
            f"{path}: not YAML: {' '.join(str(error).split())}; undo with: git restore {path}"
        ) from error
    try:
        return Params.model_validate(raw)
    except ValidationError as error:
        raise RegscopeError(
            f"{path}: {_one_line(error, raw)}; undo with: git restore {path}"
        ) from error


def written_study(name: str, path: Path = paths.PARAMS) -> dict[str, Any]:
    """A study's block as it stands in params.yaml."""
    written: dict[str, Any] = yaml.safe_load(path.read_text())["studies"][name]
    return written


def _one_line(error: ValidationError, raw: Any) -> str:
    """The first complaint, as `key = value: what is allowed`."""
    first = error.errors(include_url=False)[0]
    context = first.get("ctx", {})
    if first["type"] == "refusal":
        keys = _written_keys((*first["loc"], *context["key"].split(".")), raw)
        value, allowed = context["value"], context["allowed"]
        shown = "" if value is None else _shown(value)
    else:
        keys = _written_keys(first["loc"], raw)
        if first["type"].startswith("union_tag"):
            keys = [*keys, context["discriminator"].strip("'")]
        value, allowed = context.get("tag", first["input"]), _allowed(first)
        shown = "" if first["type"] in ("missing", "union_tag_not_found") else _shown(value)
    return f"{'.'.join(keys) or 'the file'}{shown}: {allowed}"


def _shown(value: Any) -> str:
    """` = value` as YAML spells it; nothing for a mapping, which would fill the line."""
    if isinstance(value, dict):
        return ""
    if isinstance(value, list | tuple):
        return f" = [{', '.join(str(entry) for entry in value)}]"
    if value is None or isinstance(value, bool):
        return f" = {json.dumps(value)}"
    return f" = {value}"


def _written_keys(location: tuple[Any, ...], raw: Any) -> list[str]:
    """The keys as they stand in the file: pydantic's location also names union members and
    the setting that a bare number stands for."""
    keys: list[str] = []
    for part in location:
        if isinstance(raw, dict) and (part in raw or not keys):
            keys.append(str(part))
            raw = raw.get(part)
        elif isinstance(raw, list) and isinstance(part, int) and part < len(raw):
            keys.append(str(part))
            raw = raw[part]
        elif isinstance(raw, dict) and part == location[-1] and part not in _NOT_WRITTEN:
            keys.append(str(part))
    return keys


_NOT_WRITTEN = {*SOURCES, *KINDS, "sgd", "adam", "[key]"}


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
            return f"choose from: {context['expected'].replace(chr(39), '').replace(' or ', ', ')}"
        case "union_tag_invalid":
            return f"choose from: {context['expected_tags'].replace(chr(39), '')}"
        case "union_tag_not_found":
            discriminator = context["discriminator"].strip("'")
            return f"must be given; choose from: {', '.join(_TAGS[discriminator])}"
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


_TAGS: dict[str, Iterable[str]] = {"source": SOURCES, "kind": KINDS, "optimizer": ("sgd", "adam")}

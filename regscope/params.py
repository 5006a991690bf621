"""params.yaml, typed: everything is checked before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Union

import yaml
from pydantic import Field, ValidationError, create_model, model_validator
from pydantic_core import PydanticCustomError

from regscope import paths
from regscope.datasets import SOURCES, SplitSettings
from regscope.errors import RegscopeError
from regscope.models import KINDS
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


Cell: type[_Cell] = create_model(  # type: ignore[call-overload]
    "Cell", __base__=_Cell, **{name: (cls | None, None) for name, cls in REGULARIZERS.items()}
)

Data = Annotated[Union[tuple(SOURCES.values())], Field(discriminator="source")]
Model = Annotated[Union[tuple(KINDS.values())], Field(discriminator="kind")]


class Study(Settings):
    """One data set, one network, one way of training, and a cell for every name in `regs`."""

    title: str
    data: Data  # type: ignore[valid-type]
    split: SplitSettings
    model: Model  # type: ignore[valid-type]
    training: Training
    regularizers: dict[str, Cell | None]  # type: ignore[valid-type]

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
        if cell := self.cells.get(BASELINE):
            for method in cell.methods():
                raise refusal(
                    f"regularizers.{BASELINE}.{method.name}",
                    getattr(method, method.main),
                    f"{BASELINE} is what the others are held against and must be {{}}",
                )
        return self

    @model_validator(mode="after")
    def _split_fits(self) -> Study:
        available, split = self.data.official_train, self.split
        if available is None:
            available = self.data.size - 1
            if split.train is None:
                raise refusal(
                    "split.train", None, f"{self.data.source} has no official training set: give"
                    f" a number from 2 to {available}"
                )
        train = split.train if split.train is not None else available
        if train > available:
            raise refusal("split.train", train, f"at most {available} for {self.data.source}")
        if split.validation >= train:
            raise refusal("split.validation", split.validation, f"less than split.train = {train}")
        return self

    @model_validator(mode="after")
    def _batches_fit(self) -> Study:
        train = self.split.train or self.data.official_train
        if train % self.training.batch_size == 1:
            for name, cell in self.cells.items():
                if any(method.name == "batch_norm" for method in cell.methods()):
                    raise refusal(
                        "training.batch_size",
                        self.training.batch_size,
                        f"leaves a last batch of one of {train} examples, which"
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
                        f"studies.{name}.regularizers", None,
                        f"has no {reg}, which is in regs: add it, or {reg}: null to leave it out",
                    )
            for reg in study.regularizers:
                if reg not in self.regs:
                    raise refusal(
                        f"studies.{name}.regularizers.{reg}", None,
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
        raise RegscopeError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    try:
        return Params.model_validate(raw)
    except ValidationError as error:
        raise RegscopeError(f"{path}: {_one_line(error, raw)}; undo with: git restore {path}") from error


def _one_line(error: ValidationError, raw: Any) -> str:
    """The first complaint, as `key = value: what is allowed`."""
    first = error.errors(include_url=False)[0]
    context = first.get("ctx", {})
    keys = _written_keys(first["loc"], raw)
    if first["type"] == "refusal":
        key = ".".join([*keys, *([context["key"]] if context["key"] else [])])
        value, allowed = context["value"], context["allowed"]
    else:
        key, value = ".".join(keys) or "the file", first["input"]
        allowed = _allowed(first)
    shown = "" if value is None or isinstance(value, dict) else f" = {_shown(value)}"
    return f"{key}{shown}: {allowed}"


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(str(entry) for entry in value)}]"
    return str(value)


def _written_keys(location: tuple[Any, ...], raw: Any) -> list[str]:
    """The keys as they stand in the file: pydantic's location also names union members and
    the setting that a bare number stands for."""
    keys = []
    for part in location:
        if isinstance(raw, dict) and (part in raw or not keys):
            keys.append(str(part))
            raw = raw.get(part)
        elif isinstance(raw, list) and isinstance(part, int) and part < len(raw):
            keys.append(str(part))
            raw = raw[part]
        elif isinstance(raw, dict) and part == location[-1] and part not in _MEMBERS:
            keys.append(str(part))
    return keys


_MEMBERS = {*SOURCES, *KINDS, "sgd", "adam"}


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
            return "must be given"
        case "literal_error":
            return f"choose from: {context['expected'].replace(chr(39), '').replace(' or ', ', ')}"
        case "union_tag_invalid":
            expected = context["expected_tags"].replace("'", "")
            return f"{context['discriminator'].strip(chr(39))} {context['tag']}: choose from: {expected}"
        case _:
            message: str = first["msg"]
            return message[0].lower() + message[1:]

"""paths/params.yaml, typed: which strengths and which pairs are tried, checked before training."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, ValidationInfo, model_validator

from regscope.base import paths
from regscope.base.complaints import one_line
from regscope.base.lines import choose
from regscope.base.settings import Settings, refusal
from regscope.regularizers import Regularizer
from regscope.study.beside import read_beside
from regscope.study.params import BASELINE, Name, Params, Study

Seeds = Annotated[int, Field(ge=2, le=1_000_000)]
Positive = Annotated[float, Field(gt=0)]


class Family(Settings):
    """One method over its strengths; a bare list stands for `strengths`.

    strengths: rising, without 0, which is the baseline and always tried.
    mix: `{method: factor}` for a cell of several methods, whose strengths are factor times the
    strength of the path.
    """

    strengths: Annotated[tuple[Positive, ...], Field(min_length=2)]
    mix: dict[Name, Positive] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_bare_list(cls, data: Any) -> Any:
        return {"strengths": data} if isinstance(data, list | tuple) else data

    @model_validator(mode="after")
    def _rising(self) -> Family:
        for lower, higher in pairwise(self.strengths):
            if higher <= lower:
                raise refusal("strengths", higher, f"must be greater than {lower:g} before it")
        return self


class Pairs(Settings):
    """Cells of the study, every two of which are combined."""

    methods: Annotated[tuple[Name, ...], Field(min_length=2)]
    seeds: Seeds


class Sweep(Settings):
    """What is tried in one study. `seeds` is how many networks each strength trains."""

    seeds: Seeds
    families: dict[Name, Family | None]
    pairs: Pairs | None = None


class Sweeps(Settings):
    """The whole of paths/params.yaml.

    studies: the studies whose paths are made; `sweeps` may hold more.
    families: the names that every sweep has (or says `null` to); each is a cell of the study.
    """

    studies: Annotated[tuple[Name, ...], Field(min_length=1)]
    families: Annotated[tuple[Name, ...], Field(min_length=1)]
    sweeps: dict[Name, Sweep]

    @model_validator(mode="after")
    def _names(self) -> Sweeps:
        for key, names in (("studies", self.studies), ("families", self.families)):
            if len(set(names)) < len(names):
                raise refusal(key, list(names), "every name once")
        for name in self.studies:
            if name not in self.sweeps:
                raise refusal("studies", name, choose(self.sweeps))
        for name, sweep in self.sweeps.items():
            for family in (*self.families, *sweep.families):
                if family not in sweep.families:
                    raise refusal(
                        f"sweeps.{name}.families",
                        None,
                        f"has no {family}: add it, or {family}: null to leave it out",
                    )
                if family not in self.families:
                    raise refusal(
                        f"sweeps.{name}.families.{family}",
                        None,
                        f"unknown family; families has: {', '.join(self.families)}",
                    )
        return self

    @model_validator(mode="after")
    def _fit_the_studies(self, held_against: ValidationInfo) -> Sweeps:
        studies: dict[str, Study] = held_against.context or {}
        for name, sweep in self.sweeps.items():
            if name not in studies:
                raise refusal(f"sweeps.{name}", None, f"unknown study; {choose(studies)}")
            study = studies[name]
            if study.data.quantity is not None:
                raise refusal(
                    f"sweeps.{name}",
                    None,
                    f"the targets of data.source {study.data.source} are numbers: paths are of"
                    " studies of classes",
                )
            _check_seeds(f"sweeps.{name}.seeds", study, sweep.seeds)
            for family, settings in sweep.families.items():
                if settings:
                    _check_family(f"sweeps.{name}.families.{family}", study, family, settings)
            if sweep.pairs:
                _check_seeds(f"sweeps.{name}.pairs.seeds", study, sweep.pairs.seeds)
                _check_pairs(f"sweeps.{name}.pairs.methods", study, sweep.pairs.methods)
        return self


def load_sweeps(params: Params, path: Path = paths.PATHS_PARAMS) -> Sweeps:
    """Read paths/params.yaml and hold it against the studies of params.yaml.

    Raises RegscopeError: one line that names the file, the key, its value and what is allowed.
    """
    return read_beside(Sweeps, path, params)


def mixture(study: Study, family: str, settings: Family) -> dict[str, float]:
    """`{method: factor}` of a family: its own `mix`, or the cell's only method as it is."""
    return settings.mix or {method.name: 1.0 for method in study.cells[family].methods()}


def at_strength(method: Regularizer, strength: float) -> dict[str, Any]:
    """The settings of `method` with another strength; its options stay, such as its layers."""
    return method.model_dump(mode="json", exclude_none=True) | {method.main: strength}


def _check_seeds(key: str, study: Study, seeds: int) -> None:
    if lacking := study.data.lacks_seeds(seeds):
        raise refusal(key, seeds, lacking)


def _check_family(key: str, study: Study, family: str, settings: Family) -> None:
    cell = _cell(key, study, family)
    methods = {method.name: method for method in cell}
    if settings.mix is None and len(methods) > 1:
        names = ", ".join(methods)
        raise refusal(key, None, f"{family} is made of {names}: give a mix with a factor for each")
    factors = mixture(study, family, settings)
    if set(factors) != set(methods):
        raise refusal(f"{key}.mix", list(factors), f"must name {', '.join(methods)}")
    for method in cell:
        if isinstance(getattr(method, method.main), bool):
            raise refusal(key, None, f"{method.name} is on or off and has no strength")
        if not method.larger_is_stronger:
            raise refusal(
                key, None, f"{method.name} acts less the larger it is, and a path goes by strength"
            )
        for strength in settings.strengths:
            raw = at_strength(method, factors[method.name] * strength)
            try:
                type(method).model_validate(raw)
            except ValidationError as error:
                raise refusal(f"{key}.strengths", strength, one_line(error, raw)) from error


def _check_pairs(key: str, study: Study, methods: tuple[str, ...]) -> None:
    if len(set(methods)) < len(methods):
        raise refusal(key, list(methods), "every name once")
    acting = {name: {method.name for method in _cell(key, study, name)} for name in methods}
    for first, second in combinations(methods, 2):
        for shared in acting[first] & acting[second]:
            raise refusal(key, list(methods), f"{first} and {second} both set {shared}")


def _cell(key: str, study: Study, name: str) -> list[Regularizer]:
    """The acting methods of a cell that can be tried; a refusal at `key` where there are none."""
    choices = [reg for reg, cell in study.cells.items() if cell.methods()]
    if name not in choices:
        why = "is the baseline" if name == BASELINE else "is no cell of this study"
        raise refusal(key, None, f"{name} {why}; {choose(choices)}")
    return study.cells[name].methods()

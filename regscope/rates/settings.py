"""rates/params.yaml, typed: which learning rates and lengths of training are tried."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.lines import choose
from regscope.base.settings import Settings, refusal
from regscope.measures.catalog import ACCURACY
from regscope.study.beside import read_beside
from regscope.study.params import Name, Params, Study
from regscope.study.training import Training

Rate = Annotated[float, Field(gt=0, le=1e6)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class Grid(Settings):
    """What every cell of a study is trained with: each learning rate for each number of epochs.

    learning_rates, epochs: rising; they hold the study's own, so that nothing can do worse on
    validation than as published.
    seeds: how many networks each learning rate trains. The best is trained with the study's seeds.
    """

    learning_rates: Annotated[tuple[Rate, ...], Field(min_length=2)]
    epochs: Annotated[tuple[Count, ...], Field(min_length=1)]
    seeds: Annotated[int, Field(ge=2, le=1_000_000)]

    @model_validator(mode="after")
    def _rising(self) -> Grid:
        for key, values in (("learning_rates", self.learning_rates), ("epochs", self.epochs)):
            for lower, higher in pairwise(values):
                if higher <= lower:
                    raise refusal(key, higher, f"must be greater than {lower:g} before it")
        return self


class Rates(Settings):
    """The whole of rates/params.yaml.

    studies: the studies whose grids are trained; `grids` may hold more.
    """

    studies: Annotated[tuple[Name, ...], Field(min_length=1)]
    grids: dict[Name, Grid]

    @model_validator(mode="after")
    def _names(self) -> Rates:
        if len(set(self.studies)) < len(self.studies):
            raise refusal("studies", list(self.studies), "every name once")
        for name in self.studies:
            if name not in self.grids:
                raise refusal("studies", name, choose(self.grids))
        return self

    @model_validator(mode="after")
    def _fit_the_studies(self, held_against: ValidationInfo) -> Rates:
        studies: dict[str, Study] = held_against.context or {}
        for name, grid in self.grids.items():
            if name not in studies:
                raise refusal(f"grids.{name}", None, f"unknown study; {choose(studies)}")
            primary = studies[name].primary
            if studies[name].primary_measure != ACCURACY:
                raise refusal(
                    f"grids.{name}",
                    None,
                    f"the study's evaluation.primary = {primary}: must be accuracy, by"
                    " which grids are searched and judged",
                )
            training = studies[name].training
            for key, values, own in (
                ("learning_rates", grid.learning_rates, training.learning_rate),
                ("epochs", grid.epochs, training.epochs),
            ):
                if own not in values:
                    raise refusal(
                        f"grids.{name}.{key}", list(values), f"must hold the study's own, {own:g}"
                    )
            _check_schedule(name, grid, training)
            _check_methods(name, grid, studies[name])
        return self

    def named(self, name: str) -> Grid:
        """The grid of a study.

        Raises RegscopeError with the choices where it has none.
        """
        if name not in self.grids:
            raise RegscopeError(f"study {name}: {choose(self.grids)}")
        return self.grids[name]


def _check_schedule(name: str, grid: Grid, training: Training) -> None:
    """Refuse epochs that the study's schedule does not serve: one training stands for all."""
    schedule, key = training.schedule, f"grids.{name}.epochs"
    if schedule.spans and len(grid.epochs) > 1:
        allowed = (
            f"must be the study's own alone: with training.schedule.kind {schedule.kind} a longer"
            " training does not begin as a shorter one"
        )
        raise refusal(key, list(grid.epochs), allowed)
    try:
        schedule.check(grid.epochs[0])
    except PydanticCustomError as error:
        context = error.context or {}
        told = f"training.schedule.{context['key']} = {context['value']:g}"
        allowed = f"too few for the study's {told}, which {error.message()}"
        raise refusal(key, grid.epochs[0], allowed) from error


def _check_methods(name: str, grid: Grid, study: Study) -> None:
    """Refuse several numbers of epochs where a method depends on which it is."""
    if len(grid.epochs) == 1:
        return
    for reg, cell in study.cells.items():
        for method in cell.methods():
            if method.spans:
                allowed = (
                    f"must be the study's own alone: with {method.name}, of the cell {reg}, a"
                    " longer training does not begin as a shorter one"
                )
                raise refusal(f"grids.{name}.epochs", list(grid.epochs), allowed)


def load_rates(params: Params, path: Path = paths.RATES_PARAMS) -> Rates:
    """Read rates/params.yaml and hold it against the studies of params.yaml.

    Raises RegscopeError: one line that names the file, the key, its value and what is allowed.
    """
    return read_beside(Rates, path, params)

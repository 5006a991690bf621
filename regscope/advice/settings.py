"""advice/params.yaml, typed: of which studies advice is asked, and how much is tried."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationInfo, model_validator

from regscope.advice.asked import LEAST_PART, Asked
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.lines import choose
from regscope.base.settings import Settings, refusal
from regscope.regularizers import REGULARIZERS
from regscope.study.beside import read_beside
from regscope.study.params import Name, Params

Count = Annotated[int, Field(ge=1, le=100_000)]


class AskedOf(Settings):
    """Of one study: see `Asked`. By default all methods that fit it."""

    trials: Count
    methods: tuple[str, ...] = ()
    seed: Annotated[int, Field(ge=0)] = 0
    test_seeds: Annotated[int, Field(ge=5, le=100_000)] = 10
    part: Annotated[int | None, Field(ge=LEAST_PART)] = None

    @model_validator(mode="after")
    def _known_methods(self) -> AskedOf:
        for name in self.methods:
            if name not in REGULARIZERS:
                raise refusal("methods", name, choose(REGULARIZERS))
        return self

    @property
    def asked(self) -> Asked:
        return Asked(
            trials=self.trials,
            methods=self.methods,
            seed=self.seed,
            test_seeds=self.test_seeds,
            part=self.part,
        )


class AdviceSettings(Settings):
    """The whole of advice/params.yaml."""

    studies: dict[Name, AskedOf]

    @model_validator(mode="after")
    def _some_study(self) -> AdviceSettings:
        if not self.studies:
            raise refusal("studies", {}, "must name a study at least")
        return self

    @model_validator(mode="after")
    def _known_studies(self, held_against: ValidationInfo) -> AdviceSettings:
        studies = held_against.context or {}
        for name, asked in self.studies.items():
            if name not in studies:
                raise refusal(f"studies.{name}", None, f"unknown study; {choose(studies)}")
            whole = studies[name].train_size
            if asked.part is not None and asked.part >= whole:
                told = f"must be less than the {whole:,} examples that train"
                raise refusal(f"studies.{name}.part", asked.part, told)
        return self

    def named(self, name: str) -> AskedOf:
        """What is asked of a study.

        Raises RegscopeError with the choices where nothing is.
        """
        if name not in self.studies:
            raise RegscopeError(f"study {name}: {choose(self.studies)}")
        return self.studies[name]


def load_advice(params: Params, path: Path = paths.ADVICE_PARAMS) -> AdviceSettings:
    """Read advice/params.yaml and hold it against the studies of params.yaml.

    Raises RegscopeError: one line that names the file, the key, its value and what is allowed.
    """
    return read_beside(AdviceSettings, path, params)

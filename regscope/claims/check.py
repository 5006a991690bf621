"""What a claim asks of its study, one small class for each comparison; verdicts.py judges it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from regscope.base.settings import Settings, chosen_by, refusal
from regscope.claims.measures import AHEAD, OVER_TABLES, Measure, choices, parse
from regscope.claims.published import Published
from regscope.claims.texts import Figures, Names, Remark, refuse
from regscope.study.params import BASELINE

NEEDED = {"layers": "layer", "units": "layer", "confused": "pair", "paths": "at"}
"""The key that goes with a table's measures, and with no others."""

COMPARED_BY = {
    "spread": ("higher", "lower", "highest", "lowest"),
    "paths": ("higher", "lower", "equal"),
    "confused": ("at_least",),
    "advice": ("higher", "lower", "highest", "lowest", "equal"),
}
"""The comparisons that a table's measures allow, where not all."""

COUNTED = f"advice.{AHEAD}"
"""The measure of claims over all tables with advice, and of no other study's."""


def _texts(value: Any) -> Any:
    """YAML reads the class names of digits as numbers."""
    return [str(entry) for entry in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Scope:
    """What a check of a group may name, and what it takes from its group.

    regs: of all studies; one may be without a cell that others have, and claims about it are not
    run. arms: of advice, which claims about it may name. layers: of the study, None where it is
    only planned. words: `{measure: measured by}`. published: `{measure: runs}`.
    """

    study: str
    regs: tuple[str, ...]
    arms: tuple[str, ...]
    layers: tuple[str, ...] | None
    words: Mapping[str, str]
    published: Mapping[str, Published]


class Check(Settings):
    """What is measured of which cells, and what must hold of it.

    measure: see regscope/claims/measures.py; layer, pair and at go with its prefixes.
    cell: the cell or cells that the claim is about. Of several pairs the hardest decides.

    Validated with a `Scope` as context, it is held against the names that there are, and takes from
    its group what it leaves out.
    """

    comparison: str
    measure: str
    layer: str | None = None
    pair: Annotated[tuple[str, str] | None, BeforeValidator(_texts)] = None
    at: Literal["best", "strongest"] | None = None
    cell: Annotated[Names, Field(min_length=1)]

    @property
    def parsed(self) -> Measure:
        parsed = parse(self.measure)
        assert parsed is not None
        return parsed

    @property
    def others(self) -> tuple[str, ...]:
        """The cells that `cell` is compared with; none for a level or a value."""
        return ()

    @property
    def compared(self) -> tuple[str, ...]:
        return *self.cell, *self.others

    @property
    def printed(self) -> Mapping[str, float]:
        """What the document prints for the cells that are compared."""
        return {}

    def table(self, info: ValidationInfo) -> Published | None:
        """What the group publishes of the measure."""
        found: Published | None = info.context and info.context.published.get(self.measure)
        return found

    @model_validator(mode="after")
    def _fits_its_measure(self) -> Self:
        if parse(self.measure) is None:
            raise refuse("measure", self.measure, choices(self.measure))
        table = self.parsed.table
        for key in ("layer", "pair", "at"):
            value = getattr(self, key)
            if NEEDED.get(table) == key and value is None:
                raise refusal(key, None, f"must be given with measure {self.measure}")
            if NEEDED.get(table) != key and value is not None:
                raise refusal(key, value, f"goes with no measure {self.measure}")
        if self.comparison not in COMPARED_BY.get(table, (self.comparison,)):
            raise refuse("comparison", self.comparison, COMPARED_BY[table])
        return self

    @model_validator(mode="after")
    def _names_exist(self, info: ValidationInfo) -> Self:
        if info.context:
            scope: Scope = info.context
            allowed = scope.arms if self.parsed.table == "advice" else scope.regs
            for key, names in (("cell", self.cell), ("against", self.others)):
                for name in names:
                    if name not in allowed:
                        raise refuse(key, name, allowed)
            if self.parsed.counts_tables != (scope.study == OVER_TABLES):
                raise refusal("measure", self.measure, f"{COUNTED} goes with {OVER_TABLES} alone")
            layers, study = info.context.layers, info.context.study
            if self.layer is not None and layers is not None and self.layer not in layers:
                raise refuse("layer", self.layer, layers, f"study {study} has: ")
        return self


class Printed(Check):
    """What a document prints figures of.

    reported: the figures; by default the group's published runs, where they have every cell that
    is compared.
    """

    reported: Figures = {}

    @property
    def printed(self) -> Mapping[str, float]:
        return self.reported

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        for name, value in self.reported.items():
            if name not in self.compared:
                raise refusal(f"reported.{name}", value, "no cell that is compared here")
            if allowed := self.parsed.impossible(value):
                raise refusal(f"reported.{name}", value, allowed)
        return self

    def runs(self, info: ValidationInfo) -> dict[str, float] | None:
        """The group's published runs of the cells that are compared; None where not all are."""
        table = self.table(info)
        if table is None or not set(self.compared) <= set(table.runs):
            return None
        return {cell: run for cell, run in table.runs.items() if cell in self.compared}


class Contrast(Printed):
    """Cells against others.

    sizes_compare: false where what is printed measures something else (a loss with its penalty),
    and only its direction counts.
    """

    against: Annotated[Names, Field(min_length=1)] = (BASELINE,)
    sizes_compare: bool = True

    @property
    def others(self) -> tuple[str, ...]:
        return self.against

    @model_validator(mode="after")
    def _against_other_cells(self) -> Self:
        on_paths = self.parsed.table == "paths"
        if on_paths and self.against != (BASELINE,):
            allowed = f"a path is held against strength 0: {BASELINE}"
            raise refusal("against", self.against[0], allowed)
        for name in self.against:
            if name in self.cell and not on_paths:
                raise refusal("against", name, "is in cell too")
        return self

    @model_validator(mode="after")
    def _as_published(self, info: ValidationInfo) -> Self:
        table, reported = self.table(info), self.runs(info)
        if table is None or reported is None or "reported" in self.model_fields_set:
            return self
        compare = self.sizes_compare and not set(self.compared) & set(table.measured_otherwise)
        return self.model_copy(update={"reported": reported, "sizes_compare": compare})


class Directed(Contrast):
    """`sign` is 1 where more is claimed, -1 where less."""

    sign: ClassVar[int]


class Higher(Directed):
    comparison: Literal["higher"]
    sign = 1


class Lower(Directed):
    comparison: Literal["lower"]
    sign = -1


class Highest(Directed):
    """Of all that were compared, which `against` names."""

    comparison: Literal["highest"]
    against: Annotated[Names, Field(min_length=2)]
    sign = 1


class Lowest(Directed):
    comparison: Literal["lowest"]
    against: Annotated[Names, Field(min_length=2)]
    sign = -1


class Equal(Contrast):
    """Within `margin`; the rule's, if not given."""

    comparison: Literal["equal"]
    margin: Annotated[float, Field(gt=0)] | None = None


class Level(Check):
    """A cell's own level.

    deterministic: why it is the same whatever the seed; it is then no matter for a test.
    """

    threshold: float
    deterministic: Remark = ""
    sign: ClassVar[int]

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        if self.parsed.table == "confused" and self.threshold != 0:
            raise refusal("threshold", self.threshold, "must be 0, the mean pair")
        if allowed := self.parsed.impossible(self.threshold):
            raise refusal("threshold", self.threshold, allowed)
        return self


class AtLeast(Level):
    comparison: Literal["at_least"]
    sign = 1


class AtMost(Level):
    comparison: Literal["at_most"]
    sign = -1


class Value(Printed):
    """One published run."""

    comparison: Literal["value"]
    cell: Annotated[Names, Field(min_length=1, max_length=1)]

    @property
    def published(self) -> float:
        return self.reported[self.cell[0]]

    @model_validator(mode="after")
    def _is_published(self, info: ValidationInfo) -> Self:
        if self.reported:
            return self
        if reported := self.runs(info):
            return self.model_copy(update={"reported": reported})
        allowed = f"must be one value, of {self.cell[0]}: the group has none in `published`"
        raise refusal("reported", None, allowed)


CHECKS: dict[str, type[Check]] = {
    "higher": Higher,
    "lower": Lower,
    "highest": Highest,
    "lowest": Lowest,
    "equal": Equal,
    "at_least": AtLeast,
    "at_most": AtMost,
    "value": Value,
}

if TYPE_CHECKING:
    AnyCheck = Higher | Lower | Highest | Lowest | Equal | AtLeast | AtMost | Value
else:
    AnyCheck = chosen_by("comparison", CHECKS)

"""How the pages write a measure of the catalog."""

from __future__ import annotations

from dataclasses import dataclass

from regscope.measures import catalog
from regscope.report.formats import fixed

OF_WEIGHTS = ("weights", "pruning")


@dataclass(frozen=True)
class Measure:
    """`title` heads a column and says the unit; `short`, of differences, fits a narrow one."""

    entry: catalog.Measure

    @property
    def key(self) -> str:
        return self.entry.name

    @property
    def title(self) -> str:
        return self.entry.called()

    @property
    def short(self) -> str:
        return f"{self.entry.short or self.entry.title}{self.unit}"

    @property
    def heading(self) -> str:
        """In a table of its own part."""
        return self.entry.heading or self.entry.called()

    @property
    def narrow(self) -> str:
        """Of its values, in a narrow column."""
        return self.entry.called(self.entry.short)

    @property
    def name(self) -> str:
        """`short` without the unit, inside a sentence."""
        return self.entry.phrase

    @property
    def neutral(self) -> bool:
        """Whether neither more nor less of it is better by itself."""
        return self.entry.better is None

    @property
    def more_is_better(self) -> bool:
        return self.entry.better == "higher"

    @property
    def less_is_better(self) -> bool:
        return self.entry.better == "lower"

    @property
    def unit(self) -> str:
        """Of its differences."""
        return ", points" if self.entry.in_points else ""

    @property
    def decimals(self) -> int:
        """Of a value alone, where a column would show as many as it takes, two."""
        return 2 if self.entry.decimals is None else self.entry.decimals

    @property
    def few_decimals(self) -> int | None:
        """In a narrow column: of shares of weights one."""
        return 1 if self.entry.is_share and self.entry.part in OF_WEIGHTS else self.entry.decimals

    @property
    def scale(self) -> int:
        return self.entry.scale

    def value(self, value: float) -> str:
        return fixed(self.scale * value, self.decimals)

    def briefly(self, value: float) -> str:
        """In a narrow column."""
        few = self.few_decimals
        return fixed(self.scale * value, self.decimals if few is None else few)

    def difference(self, value: float) -> str:
        return fixed(self.scale * value, self.decimals, signed=True)


BY_KEY = {entry.name: Measure(entry) for entry in catalog.SEEDS}

MEASURES = tuple(BY_KEY[entry.name] for entry in catalog.listed("comparisons"))
"""Those that cells are compared in."""

ACCURACY = BY_KEY[catalog.ACCURACY]

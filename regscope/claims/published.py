"""What a document prints of single runs."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from regscope.base.settings import Settings, refusal
from regscope.claims.measures import COLUMNS, parse
from regscope.claims.texts import Figures, Names, Remark, Text, refuse
from regscope.measures.catalog import ACCURACY

ON_PAGES = (ACCURACY, "test_loss", "train_loss")
"""Measures whose published runs the pages can show beside ours."""


class Published(Settings):
    """One table of a document: what single runs gave, by the cell that repeats them.

    section: the table. runs: `{cell: value}`, accuracies as fractions, losses in nats.
    measured_by: how claims about single values of it were translated.
    measured_otherwise: the cells whose figure measures something else, such as a loss with its
    penalty: of differences to them only the direction counts.
    unstated: what the document leaves open, so that the study had to choose it. The pages show the
    table with it; without it they do not.
    """

    measure: str
    section: Text
    runs: Annotated[Figures, Field(min_length=1)]
    measured_by: Remark = ""
    measured_otherwise: Names = ()
    unstated: Remark = ""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        measure = parse(self.measure)
        if measure is None or measure.table not in ("seeds", "advice"):
            raise refuse("measure", self.measure, COLUMNS["seeds"])
        if self.unstated and self.measure not in ON_PAGES:
            raise refuse("measure", self.measure, ON_PAGES, "with `unstated`, choose from: ")
        for cell, run in self.runs.items():
            if allowed := measure.impossible(run):
                raise refusal(f"runs.{cell}", run, allowed)
        for cell in self.measured_otherwise:
            if cell not in self.runs:
                raise refuse("measured_otherwise", cell, self.runs)
        return self

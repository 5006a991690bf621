"""What is played: every study that was recorded, and a search on forty tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench import jobs
from bench.plan.recorded import HEAVY, Record
from regscope.study.params import BASELINE, Study

WORKERS = (1, 8, 64, 512, 4096)

TABLES = 40
STRENGTHS = 5
"""Of every method of a table's study, each with the recorded time of the method's own cell."""


@dataclass(frozen=True)
class Scenario:
    """Studies by name, and of which recorded study and cell each one's cells have the times."""

    title: str
    studies: Mapping[str, Study]
    recorded: Callable[[str, str], tuple[str, str]]

    @property
    def networks(self) -> int:
        return sum(len(study.cells) * study.training.seeds for study in self.studies.values())


def scenarios(record: Record) -> dict[str, Scenario]:
    return {"studies": every_study(record), "search": search(record)}


def every_study(record: Record) -> Scenario:
    """As params.yaml has them, without cells that came later; what is estimated is so in float32,
    as it was timed."""
    studies = {}
    for name, told in record["studies"].items():
        block = jobs.block(name, told["cells"])
        if name in HEAVY:
            block["training"]["precision"] = "float32"
        studies[name] = Study.model_validate(block)
    return Scenario("Studies of params.yaml", studies, lambda study, reg: (study, reg))


def search(record: Record) -> Scenario:
    """The public tables again and again until they are TABLES, and STRENGTHS of every method."""
    tables = list(record["surveys"])
    names = {f"{tables[i % len(tables)]}_{i // len(tables)}": tables[i % len(tables)]
             for i in range(TABLES)}  # fmt: skip
    studies = {}
    for name, table in names.items():
        block = jobs.written(table)
        cells = block["regularizers"]
        block["regularizers"] = {BASELINE: cells[BASELINE]} | {
            f"{reg}_{strength}": cell
            for reg, cell in cells.items()
            if reg != BASELINE
            for strength in range(STRENGTHS)
        }
        studies[name] = Study.model_validate(block)

    def recorded(study: str, reg: str) -> tuple[str, str]:
        return names[study], reg if reg == BASELINE else reg.rpartition("_")[0]

    return Scenario(f"A search on {TABLES} tables", studies, recorded)

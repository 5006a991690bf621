"""What the pages say about one study: its results, its settings and its sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from regscope import results
from regscope.advice.stored import stored_of
from regscope.datasets.base import Quantity
from regscope.figures.layout import first_examples
from regscope.figures.style import display_name
from regscope.measures.catalog import of_part
from regscope.report import tables, word_tables
from regscope.report.at_best import AtBest, load_at_best
from regscope.report.columns import values
from regscope.report.evidence import Evidence
from regscope.report.formats import percent, plain
from regscope.report.measured import ACCURACY, BY_KEY
from regscope.report.published import Document
from regscope.report.published_table import published_table
from regscope.report.render import Table
from regscope.report.sweep_tables import Sweep, load_sweep
from regscope.report.verdicts import load_claims
from regscope.results import StudyResults
from regscope.statistics import test_set_error
from regscope.study.params import BASELINE, Params, Study, load_params


@dataclass(frozen=True)
class Section:
    """One study that has results. `written` is its block of params.yaml when they were made."""

    name: str
    study: Study
    written: Mapping[str, Any]
    regs: tuple[str, ...]
    results: StudyResults
    environment: Mapping[str, Any]
    flaws: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    claims: tuple[Mapping[str, Any], ...] = ()
    sweep: Sweep | None = None
    at_best: AtBest | None = None
    advice: Mapping[str, Any] | None = None

    @property
    def seeds(self) -> int:
        return int(self.results.seeds["seed"].nunique())

    @cached_property
    def evidence(self) -> Evidence:
        return Evidence(
            self.name,
            self.written,
            self.results.seeds,
            self.results.comparisons,
            (),
            (),
            self.results.discordant.to_dict("records"),
            read=self.study,
        )

    @cached_property
    def accuracy(self) -> tuple[Table, ...]:
        """What the study is about, and the accuracy where that is something else; of numbers their
        errors, too."""
        scored = [one.name for one in of_part("accuracy") if self.study.task.name in one.tasks]
        measures = dict.fromkeys(BY_KEY[key] for key in (self.results.primary, *scored))
        return tuple(
            tables.comparison_table(self.results, self.regs, measure) for measure in measures
        )

    @property
    def changes(self) -> Table:
        return tables.changes_table(self.results, self.regs)

    @cached_property
    def published(self) -> list[tuple[Document, Table]]:
        return [(document, published_table(self.results, document)) for document in self.documents]

    @property
    def settings(self) -> str:
        """Data, split, model and training on one line, as written in params.yaml."""
        blocks = ("data", "split", "model", "training")
        return "; ".join(f"{block}: {inline(self.written[block])}" for block in blocks)

    @property
    def swept(self) -> list[str]:
        """The families of its strength paths."""
        return self.sweep.families if self.sweep else []

    @property
    def facts(self) -> str:
        """Network, training and examples in a few words."""
        training, share = self.study.training, self.study.data.label_noise
        noise = f" {100 * share:g} % of their labels drawn anew," if share else ""
        return (
            f"{self.study.model.kind} · {training.optimizer}, {training.epochs} epochs ·"
            f" {self.study.train_size:,} {self._examples} to train on,{noise}"
            f" {self.test_examples:,} to test on"
        )

    @property
    def strengths(self) -> str:
        """Every cell's name and settings on one line."""
        return "; ".join(
            f"{display_name(reg)}: {inline(self.written['regularizers'][reg])}"
            for reg in self.regs
            if reg in self.study.cells and reg != BASELINE
        )

    @property
    def settings_block(self) -> str:
        """The study's whole block, as YAML."""
        return yaml.dump(
            {self.name: dict(self.written)},
            Dumper=_PlainFloats,
            sort_keys=False,
            default_flow_style=None,
            width=100,
        )

    @property
    def environment_line(self) -> str:
        return inline(self.environment)

    @property
    def _examples(self) -> str:
        """What one calls them."""
        return "sentences" if self.study.data.kind == "tokens" else "examples"

    @property
    def test_examples(self) -> int:
        return results.tested(self.name, self.study)

    @property
    def first_examples(self) -> str:
        """Which test examples pruning, units and robustness rest on; empty where on all."""
        return first_examples(self.study.evaluation.examples, self.test_examples)

    @property
    def test_error(self) -> str:
        """What the finite test set adds, and why comparisons do not need it."""
        if self.study.data.quantity is not None:
            return self._of_numbers(self.study.data.quantity)
        accuracy = values(self.results, BASELINE, ACCURACY.key).mean()
        if "test_error" in self.results.seeds.columns:
            return word_tables.test_error(self.results, self.test_examples)
        error = percent(test_set_error(accuracy, self.test_examples))
        if self.study.shared_test:
            later = " as if they were independent of each other, and" * (
                self.study.split.by == "time"
            )
            return (
                f"All cells are tested on the same {self.test_examples:,} examples. Other examples"
                f" would move an accuracy of {percent(accuracy)} % by a standard error of {error}"
                f" points,{later} which the intervals leave out: they hold for this test set."
            )
        if self.study.split.by == "group":
            return (
                f"Each seed draws its own groups of examples, and tests on {self.test_examples:,}"
                " examples of groups that it has not trained on. Examples of one group may err"
                " together, so that no standard error is given for the test. The splits overlap:"
                " intervals and verdicts hold for this pool of"
                f" {self.study.data.size:,} examples, and would be wider for new data."
            )
        if self.study.data.own_pools is not None:
            drawn = f"Each seed draws {self.study.data.size:,} examples of its own, splits them"
            hold = "Seeds share none: intervals and verdicts speak of new data."
        else:
            drawn = "Each seed draws its own split"
            hold = (
                "The splits overlap: intervals and verdicts hold for this pool of"
                f" {self.study.data.size:,} examples, and would be wider for new data."
            )
        return (
            f"{drawn} and tests on {self.test_examples:,} examples, which"
            f" alone give an accuracy of {percent(accuracy)} % a standard error of {error} points."
            f" {hold}"
        )

    def _of_numbers(self, quantity: Quantity) -> str:
        """What the targets are, and for which data the intervals hold."""
        unit = f"in {quantity.unit}" if quantity.unit else "which has no unit"
        which, whole = "", f"these {self.study.data.size:,} examples"
        if self.study.shared_test:
            which, whole = " the same", "this test set"
        elif self.study.split.by == "group":
            which = " groups that it has not trained on,"
        return (
            f"Targets are numbers: {quantity.name}, {unit}. RMSE and MAE are as the targets are; R²"
            " is the share of their variance in the test that is explained. Each seed tests on"
            f"{which} {self.test_examples:,} examples: intervals and verdicts hold for"
            f" {whole}, and would be wider for new data."
        )


class _PlainFloats(yaml.SafeDumper):
    """Writes 0.00001 and not 1.0e-05."""


_PlainFloats.add_representer(
    float, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", plain(value))
)


def load_sections(
    documents: Sequence[Document], params: Params | None = None
) -> dict[str, Section]:
    """Every study of params.yaml that has results, in its order."""
    params = params or load_params()
    claims = load_claims()
    found = {name: results.load(name) for name in params.studies if results.has_results(name)}
    return {
        name: Section(
            name,
            results.trained(name),
            results.settings(name),
            tuple(reg for reg in params.regs if reg in loaded.cells),
            loaded,
            results.environment(name),
            results.flaws(name),
            tuple(document for document in documents if document.study == name),
            tuple(claim for claim in claims if claim["study"] == name),
            load_sweep(name),
            load_at_best(name),
            load_advice(name),
        )
        for name, loaded in found.items()
    }


def load_advice(study: str) -> Mapping[str, Any] | None:
    """The committed advice of a study; None where there is none."""
    return stored_of([study]).get(study)


def advices(sections: Mapping[str, Section]) -> dict[str, Mapping[str, Any]]:
    """Of those studies that have one."""
    return {name: one.advice for name, one in sections.items() if one.advice is not None}


def inline(value: Any) -> str:
    """Settings on one line: `optimizer adam, learning_rate 0.001`."""
    if isinstance(value, Mapping):
        return ", ".join(
            f"{key} ({inline(entry)})" if isinstance(entry, Mapping) else f"{key} {inline(entry)}"
            for key, entry in value.items()
        )
    if isinstance(value, list | tuple):
        return f"[{', '.join(inline(entry) for entry in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return plain(value) if isinstance(value, float) else str(value)

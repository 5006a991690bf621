"""params.yaml, typed: everything is checked before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from regscope.base import paths
from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.base.lines import choose, listed, shown
from regscope.base.settings import Settings, chosen_by, refusal, text_line
from regscope.base.yaml_files import read_yaml
from regscope.datasets import SOURCES, Dataset, Source, Split, SplitSettings
from regscope.datasets.base import Holdout
from regscope.datasets.splits import GroupSizes
from regscope.measures import catalog
from regscope.models import KINDS, ModelSettings
from regscope.models.slots import Slots
from regscope.regularizers import REGULARIZERS, Regularizer, Target
from regscope.study.evaluation import PRIMARIES, EvaluationSettings
from regscope.study.training import Training
from regscope.tasks import Task, task_of

if TYPE_CHECKING:
    from torch import nn

BASELINE = "none"


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_]*$", max_length=80)]
"""Names of studies and cells are names of folders and of DVC's stages; two of them and what they
are of make one name of a file, which may have 255 bytes."""

Title = Annotated[str, BeforeValidator(partial(text_line, most=200))]


class _Cell(Settings):
    """One line of a study's `regularizers`: the methods of one cell, which compose."""

    @model_validator(mode="before")
    @classmethod
    def _no_empty_methods(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for name, value in data.items():
                if value is None:
                    raise refusal(str(name), "null", "give a value, or leave the key out")
        return data

    def methods(self) -> list[Regularizer]:
        """The methods that act, in the order in which they act."""
        named = [getattr(self, name) for name in type(self).model_fields]
        return sorted(
            (method for method in named if method is not None and not method.inert),
            key=lambda method: (method.turn, method.name),
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
    Data = chosen_by("source", SOURCES)
    Model = chosen_by("kind", KINDS)


class Study(Settings):
    """One data set, one network, one way of training, and its cells in `regularizers`."""

    title: Title
    data: Data
    split: SplitSettings
    model: Model
    training: Training
    evaluation: EvaluationSettings
    regularizers: dict[Name, Cell | None]

    @property
    def cells(self) -> dict[str, _Cell]:
        """The study's cells, in the order of params.yaml; null leaves one out."""
        return {name: cell for name, cell in self.regularizers.items() if cell is not None}

    @property
    def task(self) -> Task:
        return task_of(self.data)

    @property
    def primary(self) -> str:
        """What verdicts, choices and headlines are about, as `evaluation.primary` names it."""
        return self.evaluation.primary or self.task.score

    @property
    def primary_measure(self) -> str:
        """The same as a column of seeds.csv."""
        return PRIMARIES[self.primary]

    @model_validator(mode="after")
    def _primary_fits(self) -> Study:
        task = self.task.name
        fitting = [name for name, of in PRIMARIES.items() if task in catalog.named(of).tasks]
        if self.primary not in fitting:
            raise refusal(
                "evaluation.primary",
                self.primary,
                f"data.source {self.data.source} is for {task}: {choose(fitting)}",
            )
        return self

    @model_validator(mode="after")
    def _has_a_baseline(self) -> Study:
        if BASELINE not in self.cells:
            raise refusal(
                "regularizers",
                list(self.cells),
                f"must hold {BASELINE}: {{}}, the baseline",
            )
        return self

    @model_validator(mode="after")
    def _model_reads_the_data(self) -> Study:
        kind = self.data.kind
        if kind not in self.model.data_kinds:
            fitting = [name for name, model in KINDS.items() if kind in model.data_kinds]
            raise refusal(
                "model.kind",
                self.model.kind,
                f"does not read what data.source {self.data.source} gives ({kind}):"
                f" {choose(fitting)}",
            )
        return self

    @model_validator(mode="after")
    def _categories_are_embedded(self) -> Study:
        embedding = getattr(self.model, "embedding", None)
        if self.data.kind != "table" or embedding is None or self.model.found_late:
            return self
        categories = self.data.categories
        if categories and not embedding:
            raise refusal(
                "model.embedding", 0, f"at least 1: columns are categories: {listed(categories)}"
            )
        if embedding and not categories:
            raise refusal("model.embedding", embedding, "must be 0: no column is a category")
        return self

    @model_validator(mode="after")
    def _arithmetic_fits(self) -> Study:
        if self.training.arithmetic == "portable" and not self.model.portable:
            fitting = [name for name, model in KINDS.items() if model.portable]
            raise refusal(
                "training.arithmetic",
                "portable",
                f"only for model.kind {', '.join(fitting)}: choose fastest for {self.model.kind}",
            )
        return self

    @model_validator(mode="after")
    def _class_weights_fit(self) -> Study:
        weights = self.training.class_weights
        if weights is not None and self.task.name != "classification":
            raise refusal(
                "training.class_weights",
                weights,
                f"data.source {self.data.source} is for {self.task.name}: leave it out; only"
                " examples that have one class each can be weighted by it",
            )
        return self

    @model_validator(mode="after")
    def _cells_fit(self) -> Study:
        model = self.model
        self._check_cells(
            model.layer_names(), model.slots(), model.channel_layers(), not model.found_late
        )
        for method in self.cells[BASELINE].methods():
            raise refusal(
                f"regularizers.{BASELINE}.{method.name}",
                getattr(method, method.main),
                f"{BASELINE} is what the others are held against and must be {{}}",
            )
        return self

    def check_network(self, network: nn.Module) -> None:
        """Refuse cells that do not fit a network that the model's settings built.

        Raises RegscopeError, in one line that names the key.
        """
        from torch.nn.modules.batchnorm import _BatchNorm

        try:
            model = self.model
            channels = model.channel_layers_of(network)
            self._check_cells(model.layers_of(network), model.slots_of(network), channels)
            if any(isinstance(layer, _BatchNorm) for layer in network.modules()):
                self._check_batches("the network's own batch normalization")
        except PydanticCustomError as error:
            context = error.context or {}
            key, value = context["key"], context["value"]
            told = "" if value is None else f" = {shown(value)}"
            raise RegscopeError(f"{key}{told}: {error.message()}") from error

    def _check_cells(
        self,
        layers: tuple[str, ...],
        slots: Slots,
        channels: tuple[str, ...],
        found: bool = True,
    ) -> None:
        model = self.model
        target = Target(
            layers,
            slots,
            self.data.kind,
            model.own_normalization(),
            self.task.name,
            found,
            model.remedies,
            channels,
            self.training.epochs,
            self._fewest_steps(),
        )
        refused: dict[str, PydanticCustomError] = {}
        for name, cell in self.cells.items():
            for method in cell.methods():
                try:
                    method.check(target)
                except PydanticCustomError as error:
                    refused.setdefault(name, error)
        for name, complaint in refused.items():
            context = complaint.context or {}
            others = listed(other for other in refused if other != name)
            raise refusal(
                f"regularizers.{name}.{context['key']}",
                context["value"],
                complaint.message() + (f"; refused too: {others}" * bool(others)),
            ) from complaint

    def _fewest_steps(self) -> int | None:
        """Of a run with two parts held out; None where only the data tell how many train."""
        if self.split.by == "group":
            return None
        train = max(1, self.train_size - 2 * self.split.validation)
        return self.training.epochs * -(-train // self.training.batch_size)

    def split_of(
        self,
        dataset: Dataset,
        reg: str,
        seed: int,
        holdout: Holdout = "test",
    ) -> Split:
        """One seed's examples in a cell: those that a method watches do not train."""
        watched = any(method.watches for method in self.cells[reg].methods())
        return dataset.split(self.split, seed, holdout, watched)

    @property
    def train_size(self) -> int:
        """The number of training examples, validation included."""
        return self.split.train or self.data.official_train or 0

    @property
    def shared_test(self) -> bool:
        """Whether all seeds are tested on the same examples."""
        if self.data.official_train is not None:
            return True
        return self.split.by == "time" and self.data.own_pools is None

    def test_size(self, groups: GroupSizes | None) -> int:
        """How many examples test; `groups` are the data's, where they are split by group."""
        if self.data.official_train is not None:
            return self.data.size - self.data.official_train
        if self.split.by == "group" and groups is not None:
            return groups.left_to_test(self.data.size, self.train_size)
        return self.data.size - self.train_size

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
        if self.data.kind == "tokens" and self.data.official_train is None:
            raise refusal("data.source", self.data.source, "sentences need a test set of their own")
        self._by_fits()
        if self.train_size > available:
            raise refusal("split.train", split.train, f"at most {available} for {self.data.source}")
        if split.validation > self.train_size - 2:
            raise refusal(
                "split.validation", split.validation, f"at most {self.train_size - 2} here"
            )
        return self

    def _by_fits(self) -> None:
        by, data = self.split.by, self.data
        if by == "group" and not data.groups:
            raise refusal("split.by", by, f"data.source {data.source} has no groups")
        if by == "time" and not data.ordered:
            raise refusal("split.by", by, f"data.source {data.source} is in no order of time")
        if by == "stratified" and data.kind == "tokens":
            raise refusal("split.by", by, "sentences have no class each: choose random")

    @model_validator(mode="after")
    def _seeds_have_data(self) -> Study:
        if lacking := self.data.lacks_seeds(self.training.seeds):
            raise refusal("training.seeds", self.training.seeds, lacking)
        return self

    @model_validator(mode="after")
    def _batches_fit(self) -> Study:
        own = self.model.own_normalization() == "batch"
        self._check_batches("model.normalization" if own else None)
        return self

    def _check_batches(self, own: str | None) -> None:
        """`own` is what the network's own batch normalization is called, where it has some."""
        if self.split.by == "group":
            # How many train then only the data tell, so that the Trainer looks at it.
            return
        for name, cell in self.cells.items():
            methods = cell.methods()
            # Nothing held out, the validation part, and beside it one that a method watches.
            parts = 2 + any(method.watches for method in methods)
            for held in range(parts):
                train = self.train_size - held * self.split.validation
                if told := self.lone_example(methods, train, own, f"regularizers.{name}."):
                    raise refusal("training.batch_size", self.training.batch_size, told)

    def lone_example(
        self, methods: Sequence[Regularizer], train: int, own: str | None = None, of: str = ""
    ) -> str | None:
        """What is wrong where a batch is normalized and the last one, of `train` examples, has a
        single one; `own` is what the network's own batch normalization is called."""
        if own is None and self.model.own_normalization() == "batch":
            own = "model.normalization"
        if own is not None:
            normalizing = own
        elif any(method.name == "batch_norm" for method in methods):
            normalizing = f"{of}batch_norm"
        else:
            return None
        size = self.training.batch_size
        examples = max((method.copies for method in methods), default=1) * train
        if 1 not in (size, examples % size):
            return None
        return (
            f"leaves a last batch of one of {examples} examples, which {normalizing} cannot"
            " normalize: choose another size"
        )


class Params(Settings):
    """The whole of params.yaml.

    study: the study that `dvc repro` rebuilds, one of `studies`.
    reg: the regularizer that metrics/review.json holds against `none`.
    """

    study: str
    reg: str
    studies: dict[Name, Study]

    @property
    def regs(self) -> tuple[str, ...]:
        """The names of all studies' cells, null ones too, in the order in which they come."""
        written = (reg for study in self.studies.values() for reg in study.regularizers)
        return tuple(dict.fromkeys(written))

    @model_validator(mode="after")
    def _switches(self) -> Params:
        if paths.PATHS.name in self.studies:
            raise refusal("studies.paths", None, "must be called otherwise: plots/paths is taken")
        if self.study not in self.studies:
            raise refusal("study", self.study, choose(self.studies, near=self.study))
        self.check_reg(self.study, self.reg)
        return self

    @property
    def tasks(self) -> dict[str, Task]:
        return {name: study.task for name, study in self.studies.items()}

    @property
    def own_files(self) -> dict[str, tuple[Path, ...]]:
        """Files of a person's own that a study's data come from, and what code reads them."""
        return {
            name: (*study.data.own_files, *study.data.code) for name, study in self.studies.items()
        }

    @property
    def model_files(self) -> dict[str, tuple[Path, ...]]:
        return {name: study.model.own_files for name, study in self.studies.items()}

    def named(self, study: str) -> Study:
        """The study of that name; raises RegscopeError with the choices where there is none."""
        if study not in self.studies:
            raise RegscopeError(f"study {study}: {choose(self.studies, near=study)}")
        return self.studies[study]

    def check_reg(self, study: str, reg: str) -> None:
        """Refuse a `reg` that cannot be held against the baseline in `study`."""
        cells = [name for name in self.studies[study].cells if name != BASELINE]
        if reg == BASELINE:
            allowed = f"{BASELINE} is the baseline; {choose(cells)}"
        elif reg in self.regs:
            others = choose(cells, "whose cells are: ", near=reg)
            allowed = f"no cell of study {study}, {others}"
        else:
            allowed = choose(cells, near=reg)
        if reg not in cells:
            raise refusal("reg", reg, allowed)


def load_params(path: str | Path = paths.PARAMS) -> Params:
    """Read and check params.yaml.

    Raises RegscopeError: one line that names the key, its value and what is allowed.
    """
    path = Path(path)
    raw = read_yaml(path, "params.yaml", f"; {_undo(path)}")
    try:
        return Params.model_validate(raw)
    except ValidationError as error:
        raise RegscopeError(f"{path}: {one_line(error, raw)}; {_undo(path)}") from error


def _undo(path: Path) -> str:
    """`dvc exp run -S` leaves a refused value in the file."""
    return f"if -S set it, undo with: git restore {path}"


def written_study(name: str, path: Path = paths.PARAMS) -> dict[str, Any]:
    """A study's block as it stands in params.yaml."""
    written: dict[str, Any] = written_studies(path)[name]
    return written


def written_studies(path: Path = paths.PARAMS) -> dict[str, Any]:
    """Every study's, by name."""
    written: dict[str, Any] = read_yaml(path, "params.yaml")["studies"]
    return written

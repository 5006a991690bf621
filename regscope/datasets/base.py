"""A data set as every study sees it: inputs, targets, class names and splits."""

from __future__ import annotations

import sys
from abc import abstractmethod
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from regscope.base.checksums import checked
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json, write_text
from regscope.base.json_files import read_json
from regscope.base.randomness import numpy_stream
from regscope.base.settings import Settings, left_out, refusal
from regscope.base.tensors import read_tensors, write_tensors
from regscope.datasets.checks import check_dataset, check_source, check_strata, constant_columns
from regscope.datasets.label_noise import noisy_of
from regscope.datasets.splits import (
    AtRandom,
    By,
    ByGroup,
    ByStratum,
    ByTime,
    Drawing,
    GroupSizes,
    Split,
    SplitSettings,
    strata_of_numbers,
)

Kind = Literal["image", "points", "table", "tokens"]
Holdout = Literal["test", "validation"]

PADDING_WORD = 0
UNKNOWN_WORD = 1
NO_TARGET = -1
"""What a place has for a target that no word stands in: it never counts."""

DATA_FILE = "data.safetensors"
DESCRIPTION_FILE = "dataset.json"
DESCRIBED = ("kind", "classes", "scale", "official_train")
"""What the description of every data set says."""
VOCABULARY_FILE = "vocabulary.txt"
"""Of sentences: one word a line, its id being the line's number, from 0."""


@dataclass(frozen=True)
class Quantity:
    """What targets measure that are numbers; `unit` is empty of what has none."""

    name: str
    unit: str = ""

    @property
    def called(self) -> str:
        return ", ".join(filter(None, (self.name, self.unit)))


class Columns(tuple[int, ...]):
    """A table's `input_shape`: for each column how many categories it has, 0 of numbers, -1 of
    numbers with gaps."""


@dataclass(frozen=True)
class Column:
    """A column of a table: of numbers, or of `categories`, whose numbers it holds.

    With `gaps` some of its numbers are missing; a category may be missing in every column.
    """

    name: str
    categories: tuple[str, ...] = ()
    gaps: bool = False

    @property
    def holds(self) -> int:
        """How many categories; 0 of numbers, -1 of numbers with gaps."""
        return len(self.categories) or -int(self.gaps)


@dataclass(frozen=True)
class Dataset:
    """Inputs and their targets.

    Images are bytes `[N, C, H, W]`, points float32 `[N, D]`, both with `targets` `[N]`. A table is
    float32 `[N, D]`, of which `columns` say what they are: numbers as they are, categories by their
    place among the column's, -1 for one that is none of them; nan is what is missing. Tokens are
    sentences of word ids, int32 `[N, T]`, with a target a word, `[N, T]`; after a sentence's end
    come PADDING_WORD and NO_TARGET. Targets are the classes' numbers, int64; where there is a
    `quantity` there are no classes, and targets are what it measures, float64, in its own unit.
    `words` is the number of word ids, UNKNOWN_WORD among them; `vocabulary`, if it is kept, what
    they stand for, by id.
    `scale` turns stored inputs into what a network sees: bytes times scale lie in [0, 1].
    The first `official_train` examples are the source's own training set, if it has one.
    Of `pools` parts of one size, one after another, seed k splits the k-th and sees no other; None
    where all seeds split all examples.
    `notes` are what is known to be wrong with the data, one sentence each.
    `groups`, int64 `[N]`, if there are any, say which examples belong together: rows of one
    patient, say.
    `noisy_targets`, int64 `[N]`, if there are any, are the labels as training sees them.
    """

    kind: Kind
    inputs: np.ndarray
    targets: np.ndarray
    classes: tuple[str, ...]
    scale: float = 1.0
    official_train: int | None = None
    pools: int | None = None
    words: int | None = None
    notes: tuple[str, ...] = ()
    vocabulary: tuple[str, ...] = ()
    quantity: Quantity | None = None
    columns: tuple[Column, ...] = ()
    groups: np.ndarray | None = None
    noisy_targets: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Raises RegscopeError, in one line, where this is no such data set."""
        check_dataset(self)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one example; a sentence's is `[T, words]`, though it is stored as `[T]` ids.

        A table's is a number for each column, as `Column.holds` says it.
        """
        if self.columns:
            return Columns(column.holds for column in self.columns)
        shape = tuple(self.inputs.shape[1:])
        return shape if self.words is None else (*shape, self.words)

    @property
    def known_targets(self) -> np.ndarray:
        """As training sees them, and whatever is chosen by what was held out of training."""
        return self.targets if self.noisy_targets is None else self.noisy_targets

    def targets_of(self, holdout: Holdout) -> np.ndarray:
        """Of all examples, as those that are held out count: a test by what is true."""
        return self.targets if holdout == "test" else self.known_targets

    def at(self, places: np.ndarray) -> Dataset:
        """These examples in this order, some of them more than once if need be. `official_train`
        and `pools` stay as they are."""
        return replace(
            self,
            inputs=self.inputs[places],
            targets=self.targets[places],
            groups=None if self.groups is None else self.groups[places],
            noisy_targets=None if self.noisy_targets is None else self.noisy_targets[places],
        )

    @property
    def pool_size(self) -> int:
        """How many examples a seed's split is of."""
        return len(self.inputs) // (self.pools or 1)

    def pool(self, seed: int) -> np.ndarray:
        """Indices of the examples that a seed's split is of.

        Raises RegscopeError for a seed beyond `pools`.
        """
        if self.pools is None:
            return np.arange(len(self.inputs))
        if seed >= self.pools:
            raise RegscopeError(
                f"seed {seed}: the data have examples for seeds 0 to {self.pools - 1}"
                " (data.pools); prepare more, or train fewer seeds"
            )
        return seed * self.pool_size + np.arange(self.pool_size)

    def split(
        self,
        settings: SplitSettings,
        seed: int,
        holdout: Holdout = "test",
        watched: bool = False,
    ) -> Split:
        """The split of one seed. Nothing may be chosen on `test`; `validation` is for that.

        Where a part is `watched`, it is the validation part, or as many examples beside it where
        that is held out; it does not train.

        An official training set is the same for every seed, unless `train` takes a part of it;
        where there is none, the split varies with the seed, so that no lucky split decides. An
        official test set is whole in every way of splitting; what follows then goes for the parts
        of the training set. Every part is of one size in all seeds, and none depends on which
        other seeds there are. `settings.by` says how parts are drawn:

        - `random`: every example is as likely to train as any.
        - `stratified`: every class has its share of the training part, of the test and, of the
          training part's own, of what is held out of it, rounded to within one example
          (`splits.largest_remainders`). Strata of numbers are quantile bins, ten or fewer
          (`splits.strata_of_numbers`), of all examples that the split is of.
        - `group`: no group is in two parts. Groups are laid in drawn order; the training part
          takes `train` examples, the rest of the group in which it ends is in no part, and the
          test takes what follows, as many as every order of groups would leave it
          (`splits.GroupSizes.left_out`). In the same way validation, a watched part and what
          trains are drawn from the training part.
        - `time`: examples are in order of time. The last ones test, the last of the training part
          are its validation part, and a watched part lies before it. All seeds have the same
          split. Where `train` takes a part of an official training set, it is its end.

        Raises RegscopeError for a seed beyond `pools`, where a part would be empty, where a stratum
        has a single example, and where there are no groups to split by, or too large ones.
        """
        members = self.pool(seed) if self.official_train is None else self._official(test=False)
        drawing = self._drawing(settings.by, members)
        stream = numpy_stream(seed, "split")
        if self.official_train is None:
            train, test = drawing.train_and_test(members, settings.train or len(members), stream)
        else:
            train, test = members, self._official(test=True)
            if settings.train is not None:
                train = drawing.part(members, settings.train, stream)
        if not len(train) or not len(test):
            raise RegscopeError(
                f"split: {len(train)} of {self.pool_size} examples train and {len(test)} test; must"
                " be one at least of each: split.train"
            )
        parts, size = (holdout == "validation") + watched, settings.validation
        if parts * size >= len(train):
            times = "" if parts == 1 else f"{parts} times "
            raise RegscopeError(
                f"split.validation = {size}: {times}must leave some of the {len(train)} examples"
                " that train"
            )
        if not parts:
            return Split(train, test, test[:0])
        stream = numpy_stream(seed, "validation")
        first, second, rest = drawing.held_out(train, size, parts, stream)
        if holdout == "test":
            return Split(rest, test, first)
        return Split(rest, first, second)

    def _official(self, test: bool) -> np.ndarray:
        every = np.arange(len(self.inputs))
        return every[self.official_train :] if test else every[: self.official_train]

    def _drawing(self, by: By, members: np.ndarray) -> Drawing:
        """How parts of `members`, all that a seed's split draws from, are drawn."""
        if by == "group":
            if self.groups is None:
                raise RegscopeError("split.by = group: the data have no groups")
            return ByGroup(self.groups, GroupSizes.of(self.groups[members]))
        if by == "stratified":
            check_strata(self, members)
            strata = np.zeros(len(self.inputs), dtype=np.int64)
            known = self.targets[members]
            strata[members] = known if self.quantity is None else strata_of_numbers(known)
            return ByStratum(strata)
        return ByTime() if by == "time" else AtRandom()

    def save(self, folder: Path) -> None:
        tensors = {"inputs": self.inputs, "targets": self.targets}
        if self.groups is not None:
            tensors["groups"] = self.groups
        if self.noisy_targets is not None:
            tensors["noisy_targets"] = self.noisy_targets
        write_tensors(folder / DATA_FILE, tensors)
        described: dict[str, Any] = {
            "kind": self.kind,
            "classes": self.classes,
            "scale": self.scale,
            "official_train": self.official_train,
        }
        if self.pools is not None:
            described["pools"] = self.pools
        if self.words is not None:
            described["words"] = self.words
        if self.quantity is not None:
            described["quantity"] = asdict(self.quantity)
        if self.columns:
            described["columns"] = [asdict(column) for column in self.columns]
        if self.groups is not None:
            described["groups"] = asdict(GroupSizes.of(self.groups[: self.official_train]))
        if self.notes:
            described["notes"] = self.notes
        write_json(folder / DESCRIPTION_FILE, described)
        if self.vocabulary:
            write_text(folder / VOCABULARY_FILE, "\n".join(self.vocabulary) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Dataset:
        try:
            described = read_json(folder / DESCRIPTION_FILE, DESCRIBED)
            tensors = read_tensors(folder / DATA_FILE)
        except FileNotFoundError as error:
            raise RegscopeError(f"{error.filename}: not there yet; run `dvc repro`") from error
        except OSError as error:
            raise RegscopeError(f"{folder}: {error.strerror or error}") from error
        return cls(
            kind=described["kind"],
            inputs=tensors["inputs"],
            targets=tensors["targets"],
            classes=tuple(described["classes"]),
            scale=described["scale"],
            official_train=described["official_train"],
            pools=described.get("pools"),
            words=described.get("words"),
            notes=tuple(described.get("notes", ())),
            vocabulary=_vocabulary(folder / VOCABULARY_FILE),
            quantity=Quantity(**described["quantity"]) if "quantity" in described else None,
            columns=tuple(
                Column(column["name"], tuple(column["categories"]), column["gaps"])
                for column in described.get("columns", ())
            ),
            groups=tensors.get("groups"),
            noisy_targets=tensors.get("noisy_targets"),
        )


def _vocabulary(file: Path) -> tuple[str, ...]:
    return tuple(checked(file).read_text().removesuffix("\n").split("\n")) if file.is_file() else ()


class Source(Settings):
    """Where a study's data come from; subclasses give `source` a default that names them.

    label_noise: the share of training labels that are drawn anew (`datasets.label_noise`).

    `size` and `official_train` are known beforehand, so that splits are checked before anything
    is downloaded.
    """

    source: str
    label_noise: Annotated[float, Field(ge=0, le=1)] = left_out(0.0)
    code: ClassVar[tuple[Path, ...]] = ()
    """What reads its files beside regscope/datasets: other code, other data."""

    @model_validator(mode="after")
    def _labels_to_draw(self) -> Self:
        if self.label_noise and (self.quantity is not None or self.kind == "tokens"):
            what = "sentences" if self.quantity is None else "targets that are numbers"
            raise refusal("label_noise", self.label_noise, f"must be 0 with {what}")
        return self

    @property
    @abstractmethod
    def kind(self) -> Kind: ...

    @property
    @abstractmethod
    def size(self) -> int:
        """The number of examples that a seed's split is of: all, but where seeds have their own."""

    @property
    def quantity(self) -> Quantity | None:
        """What its targets measure; None where they are classes."""
        return None

    @property
    def official_train(self) -> int | None:
        return None

    @property
    def groups(self) -> bool:
        """Whether its examples come in groups, by which they can be split."""
        return False

    @property
    def ordered(self) -> bool:
        """Whether `prepare` gives them in order of time."""
        return False

    @property
    def own_pools(self) -> int | None:
        """How many seeds have `size` examples of their own; None where all seeds share them."""
        return None

    @property
    def called(self) -> str:
        """What tells its data from those of others; of most sources the name says it."""
        return self.source

    @property
    def categories(self) -> tuple[str, ...]:
        """Of a table, the names of the columns that are categories."""
        return ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """Of a table that was looked at before, its columns."""
        return ()

    @property
    def own_files(self) -> tuple[Path, ...]:
        """Files of a person's own that it reads, which the study's pipeline depends on."""
        return ()

    def lacks_seeds(self, seeds: int) -> str | None:
        """What is wrong with training so many seeds, if anything."""
        if self.own_pools is None or seeds <= self.own_pools:
            return None
        return f"at most {self.own_pools}, for which data.pools has examples, or more pools"

    @abstractmethod
    def download(self, folder: Path) -> None:
        """Put verified files into `folder`.

        Raises RegscopeError, naming the file, when one cannot be had or is not what it should be.
        """

    @abstractmethod
    def prepare(self, raw: Path) -> Dataset:
        """Read the downloaded files."""

    def prepared(self, raw: Path, label: str) -> Dataset:
        """`prepare`, checked; columns that never vary are told, with `label`, to standard error.

        Raises RegscopeError, in one line, where it gives anything else than this source has.
        """
        dataset = self.prepare(raw)
        if not isinstance(dataset, Dataset):
            raise RegscopeError(
                f"data.source {self.source}: prepare gives a {type(dataset).__name__}, not a"
                " Dataset"
            )
        if dataset.noisy_targets is not None:
            raise RegscopeError(
                f"data.source {self.source}: prepare gives noisy_targets of its own; those of"
                " data.label_noise alone are known"
            )
        dataset = replace(dataset, noisy_targets=noisy_of(dataset, self.label_noise))
        check_source(self, dataset)
        if told := constant_columns(dataset):
            print(f"regscope: {label}: {told}", file=sys.stderr)
        return dataset

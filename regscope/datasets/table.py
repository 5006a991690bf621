"""A table of one's own: CSV or Parquet, read by the description that `regscope new` wrote."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from regscope.base.errors import RegscopeError
from regscope.base.lines import listed, shown
from regscope.base.settings import Settings, refusal
from regscope.datasets.base import Column, Dataset
from regscope.datasets.own import DescribedSource, Description, OwnFile, check_file
from regscope.datasets.turns import dealt
from regscope.tables.csv_form import Form
from regscope.tables.kinds import Held, held, missing_targets
from regscope.tables.reading import read_table

if TYPE_CHECKING:
    import pyarrow as pa


class ColumnDescription(Settings):
    """A column that networks read: `categories` of what is one, in the order of their numbers."""

    name: str
    kind: Literal["number", "category", "date"] = "number"
    categories: tuple[str, ...] = ()
    gaps: bool = False

    @property
    def read(self) -> Column:
        return Column(self.name, self.categories, self.gaps)


class FormDescription(Settings):
    """How a text file is written; of Parquet nothing is said."""

    delimiter: str | None = None
    header: bool | None = None

    @property
    def form(self) -> Form:
        return Form(self.delimiter, self.header)


class TestFile(Settings):
    """A second file, whose rows test; `spelled` are labels there that are written otherwise."""

    path: str
    bytes: int
    sha256: str
    form: FormDescription
    spelled: dict[str, str] = {}


class TableDescription(Description):
    """What a table holds: `columns` are read, in this order; `left_out` says why others are not.

    group, time: the columns that splits go by.
    """

    target: str
    form: FormDescription
    columns: Annotated[tuple[ColumnDescription, ...], Field(min_length=1)]
    left_out: dict[str, str] = {}
    test: TestFile | None = None
    group: str | None = None
    time: str | None = None

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of the columns that hold some."""
        return tuple(column.name for column in self.columns if column.categories)


class OfColumns(DescribedSource):
    """A source of rows, whose description says what their columns hold."""

    code: ClassVar[tuple[Path, ...]] = (Path("regscope") / "tables",)

    @abstractmethod
    def described(self) -> TableDescription: ...

    @property
    def kind(self) -> Literal["table"]:
        return "table"

    @property
    def categories(self) -> tuple[str, ...]:
        return self.described().categories

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(column.read for column in self.described().columns)


class Table(OwnFile, OfColumns):
    """Rows of numbers and categories, of which `target` is to be told.

    Numbers stay as they are, dates are days since 2000-01-01; what is fitted to data (medians,
    means, deviations) is fitted by the network, to the rows that train it.
    """

    description: ClassVar[type[Description]] = TableDescription
    source: Literal["table"] = "table"
    target: str

    @model_validator(mode="after")
    def _target_is_described(self) -> Table:
        if self.target != self.described().target:
            raise refusal(
                "target",
                self.target,
                f"{self.path}.json describes {shown(self.described().target)}: bring the table in"
                " anew, with: regscope new",
            )
        return self

    @property
    def groups(self) -> bool:
        return self.described().group is not None

    @property
    def ordered(self) -> bool:
        return self.described().time is not None

    def described(self) -> TableDescription:
        found = super().described()
        assert isinstance(found, TableDescription)
        return found

    @property
    def own_files(self) -> tuple[Path, ...]:
        test = self.described().test
        return (*super().own_files, *([Path(test.path)] if test else []))

    def check(self) -> None:
        super().check()
        if test := self.described().test:
            check_file(Path(test.path), test.bytes, test.sha256, self.path)

    def prepare(self, raw: Path) -> Dataset:
        del raw
        return dealt(self.read())

    def read(self) -> Dataset:
        """Raises RegscopeError, naming file and column, where they are not as described."""
        described = self.described()
        test = Path(described.test.path) if described.test else None
        return table_dataset(described, Path(self.path), test)


def table_dataset(described: TableDescription, path: Path, test: Path | None) -> Dataset:
    """The rows of a file, and behind them those of `test`, as they are described.

    Raises RegscopeError, naming file and column, where they are otherwise.
    """
    parts = [encoded(path, described)]
    if test is not None:
        parts.append(encoded(test, described, described.test))
    inputs, targets, groups = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return Dataset(
        kind="table",
        inputs=inputs,
        targets=targets,
        classes=described.classes,
        official_train=described.official_train,
        quantity=described.quantity,
        columns=tuple(column.read for column in described.columns),
        groups=np.unique(groups, return_inverse=True)[1] if described.group else None,
    )


def encoded(
    path: Path, described: TableDescription, test: TestFile | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs float32 `[N, D]`, targets and names of groups `[N]` of a file, by the description.

    Rows are in order of time where there is one. Names are empty where there are no groups.
    """
    form = (test or described).form.form
    table, _ = read_table(path, form=form)
    try:
        inputs, targets = _encoded(table, described, test.spelled if test else {})
        groups = group_names(table, described.group)
        if described.time:
            order = np.argsort(times(table, described.time), kind="stable")
            return inputs[order], targets[order], groups[order]
        return inputs, targets, groups
    except RegscopeError as error:
        raise RegscopeError(f"{path}: {error}") from error


def _encoded(
    table: pa.Table, described: TableDescription, spelled: dict[str, str]
) -> tuple[np.ndarray, np.ndarray]:
    inputs = np.empty((table.num_rows, len(described.columns)), np.float32)
    for place, column in enumerate(described.columns):
        inputs[:, place] = column_inputs(held_as(table, column), column)
    if not described.classes:
        targets = _numbers(table, described.target)
        if np.isnan(targets).any():
            raise RegscopeError(missing_targets(described.target, np.isnan(targets)))
        return inputs, targets
    found = held(described.target, _column(table, described.target), "category")
    assert found.codes is not None
    if (found.codes < 0).any():
        raise RegscopeError(missing_targets(described.target, found.codes < 0))
    names = [spelled.get(label, label) for label in found.categories]
    if strange := [name for name in names if name not in described.classes]:
        raise RegscopeError(
            f"column {described.target}: {shown(strange[0])} is none of {listed(described.classes)}"
        )
    places = np.array([described.classes.index(name) for name in names], np.int64)
    return inputs, places[found.codes]


def held_as(table: pa.Table, column: ColumnDescription) -> Held:
    """Raises RegscopeError where a table has no such column, or another kind of values in it."""
    return held(column.name, _column(table, column.name), column.kind)


def column_inputs(found: Held, column: ColumnDescription) -> np.ndarray:
    """Numbers `[N]` as `Dataset` has them, nan where one is missing."""
    if found.values is not None:
        return found.values
    assert found.codes is not None
    place = {category: place for place, category in enumerate(column.categories)}
    known = [place.get(category, -1) for category in found.categories]
    places: np.ndarray = np.array([*known, np.nan])[found.codes]
    return places


def _column(table: pa.Table, name: str) -> pa.ChunkedArray:
    if name not in table.column_names:
        raise RegscopeError(f"has no column {shown(name)}: {listed(table.column_names, near=name)}")
    return table[name]


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    values = held(name, _column(table, name), "number").values
    assert values is not None
    return values


def times(table: pa.Table, name: str) -> np.ndarray:
    """Dates, or numbers that grow with time.

    Raises RegscopeError where a column holds something else, or has gaps.
    """
    found = held(name, _column(table, name))
    if found.values is None:
        raise RegscopeError(
            f"column {name}: neither dates, as 2026-11-29, nor numbers, which --time needs"
        )
    if found.missing:
        raise RegscopeError(f"column {name}: missing in {found.missing} rows: no place in time")
    return found.values


def group_names(table: pa.Table, name: str | None) -> np.ndarray:
    """Raises RegscopeError where a row has none."""
    if name is None:
        return np.full(table.num_rows, "")
    found = held(name, _column(table, name), "category")
    if found.missing:
        raise RegscopeError(f"column {name}: missing in {found.missing} rows: of no group")
    assert found.codes is not None
    names: np.ndarray = np.array(found.categories)[found.codes]
    return names
